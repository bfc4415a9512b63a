/* server_type.c - the Python type Server (node:net's Server): its options, close(), get_connections(), properties.
 *
 * Owns:    its listener, which holds a reference to the server until it is closed.
 * Threads: every function runs with the GIL held; connections are accepted on the driving thread. */

#include <string.h>

#include "py/address/address_info.h"
#include "py/base/args.h"
#include "py/events/emitter.h"
#include "py/events/waiting.h"
#include "py/loop/driver.h"
#include "py/server/server.h"
#include "py/server/server_limits.h"
#include "py/server/server_proxy.h"
#include "py/server/server_tls.h"
#include "py/socket/socket_checks.h"
#include "uvio/sockaddr.h"

/* --- closing --- */

/* As Node: the callback is a once() listener of `close`, in its place among the listeners; `close` has no argument. */
static int
add_on_close(PnServer *s, PyObject *callback)
{
    PyObject *err = s->listener != NULL ? Py_NewRef(Py_None)
                                        : pn_net_error(s->em.st, "ERR_SERVER_NOT_RUNNING", "Server is not running.");
    PyObject *functools = PyImport_ImportModule("functools");
    PyObject *bound =
        err != NULL && functools != NULL ? PyObject_CallMethod(functools, "partial", "OO", callback, err) : NULL;
    int status = bound != NULL ? pn_add_listener(&s->em, s->em.st->names.close, bound, true, false) : -1;
    Py_XDECREF(bound);
    Py_XDECREF(functools);
    Py_XDECREF(err);
    return status;
}

PyDoc_STRVAR(
    close_doc,
    "close($self, callback=None)\n--\n\n"
    "Stops accepting connections, and unlinks a unix path. Open connections stay open. When the last one has\n"
    "closed, the server emits \"close\" and calls callback(err). err is None, or ERR_SERVER_NOT_RUNNING if the\n"
    "server did not listen. Returns the server. Node: server.close().");

static PyObject *
server_close(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"callback", NULL};
    PnServer *s = PN_SERVER(op);
    PnState *st = s->em.st;
    PyObject *a[1];
    if (pn_check_alive(&s->em) < 0 || pn_unpack("close", names, 0, args, nargs, kwnames, a) < 0)
        return NULL;
    PyObject *callback = a[0] == Py_None ? NULL : a[0];
    if (callback != NULL && pn_check_callable(st, callback, "callback") < 0)
        return NULL;
    if (pn_state_loop(st) == NULL || (callback != NULL && add_on_close(s, callback) < 0))
        return NULL;
    pn_server_cancel_listen(s);
    pn_server_close(s);
    pn_mark_outside(&s->em);
    return pn_driver_ensure(st) < 0 ? NULL : Py_NewRef(op);
}

/* --- methods --- */

static void
connections_tick(PnState *st, PyObject *self, void *arg)
{
    PyObject *stack[3] = {NULL, Py_None, PyTuple_GET_ITEM(self, 2)};
    (void)arg;
    (void)pn_call(st, PyTuple_GET_ITEM(self, 0), PyTuple_GET_ITEM(self, 1), stack + 1,
                  2 | PY_VECTORCALL_ARGUMENTS_OFFSET);
}

PyDoc_STRVAR(get_connections_doc,
             "get_connections($self, callback)\n--\n\n"
             "Calls callback(err, count) in the next tick, with the number of open connections. Returns the server.\n"
             "Raises TypeError (ERR_INVALID_ARG_TYPE). Node: server.getConnections().");

static PyObject *
server_get_connections(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"callback", NULL};
    PnServer *s = PN_SERVER(op);
    PnState *st = s->em.st;
    PyObject *a[1];
    if (pn_check_alive(&s->em) < 0 || pn_unpack("get_connections", names, 1, args, nargs, kwnames, a) < 0 ||
        pn_check_callable(st, a[0], "callback") < 0 || pn_state_loop(st) == NULL)
        return NULL;
    PyObject *all = Py_BuildValue("(OOn)", op, a[0], (Py_ssize_t)pn_server_open(s));
    int status = all != NULL ? pn_tick(st, connections_tick, all, NULL) : -1;
    Py_XDECREF(all);
    return status < 0 || pn_driver_ensure(st) < 0 ? NULL : Py_NewRef(op);
}

PyDoc_STRVAR(
    address_doc,
    "address($self, /)\n--\n\n"
    "Returns AddressInfo(address, port, family), or the path of a unix server, or None if the server does not\n"
    "listen. Node: server.address().");

/* The address of one listener; `path` may be NULL. */
static PyObject *
address_of(PnServer *s, const struct pn_listener *l, PyObject *path)
{
    struct pn_addr addr;
    if (path != NULL)
        return Py_NewRef(path);
    if (l == NULL || !pn_listener_local(l, &addr))
        Py_RETURN_NONE;
    return pn_address_info(s->em.st, &addr);
}

static PyObject *
server_address(PyObject *op, PyObject *unused)
{
    PnServer *s = PN_SERVER(op);
    (void)unused;
    return address_of(s, s->listener, s->listener != NULL ? s->path : NULL);
}

PyDoc_STRVAR(fileno_doc, "fileno($self, /)\n--\n\n"
                         "Returns the listening file descriptor, or -1. It belongs to pynet: don't close it.");

static PyObject *
server_fileno(PyObject *op, PyObject *unused)
{
    (void)unused;
    PnServer *s = PN_SERVER(op);
    return PyLong_FromLong(s->listener != NULL && s->em.generation == s->em.st->generation ? s->listener->fd : -1);
}

static PyObject *
set_ref(PyObject *op, bool referenced)
{
    PnServer *s = PN_SERVER(op);
    if (pn_check_alive(&s->em) < 0)
        return NULL;
    s->unref = !referenced;
    struct pn_listener *l;
    for (size_t i = 0; (l = pn_server_listener(s, i, NULL)) != NULL; i++)
        pn_listener_ref(l, referenced);
    return Py_NewRef(op);
}

static PyObject *
server_ref(PyObject *op, PyObject *unused)
{
    (void)unused;
    return set_ref(op, true);
}

static PyObject *
server_unref(PyObject *op, PyObject *unused)
{
    (void)unused;
    return set_ref(op, false);
}

/* --- getters --- */

static PyObject *
server_get_listening(PyObject *op, void *closure)
{
    (void)closure;
    return PyBool_FromLong(PN_SERVER(op)->listener != NULL);
}

static PyObject *
server_get_port(PyObject *op, void *closure)
{
    PnServer *s = PN_SERVER(op);
    struct pn_addr addr;
    (void)closure;
    if (s->listener == NULL || !pn_listener_local(s->listener, &addr))
        Py_RETURN_NONE;
    return PyLong_FromLong(addr.port);
}

static PyObject *
server_get_host(PyObject *op, void *closure)
{
    PnServer *s = PN_SERVER(op);
    struct pn_addr addr;
    (void)closure;
    if (s->listener == NULL || !pn_listener_local(s->listener, &addr))
        Py_RETURN_NONE;
    return pn_address_text_scoped(&addr);
}

static PyObject *
server_get_addresses(PyObject *op, void *closure)
{
    PnServer *s = PN_SERVER(op);
    PyObject *list = PyList_New(0), *path;
    struct pn_listener *l;
    (void)closure;
    for (size_t i = 0; list != NULL && (l = pn_server_listener(s, i, &path)) != NULL; i++) {
        PyObject *address = address_of(s, l, path);
        if (address == NULL || (address != Py_None && PyList_Append(list, address) < 0))
            Py_CLEAR(list);
        Py_XDECREF(address);
    }
    return list;
}

static PyObject *
server_get_max_connections(PyObject *op, void *closure)
{
    PnServer *s = PN_SERVER(op);
    (void)closure;
    return Py_NewRef(s->max_connections != NULL ? s->max_connections : Py_None);
}

/* A full server of a cluster may have to pause, or to go on. */
static int
limit_changed(PnServer *s)
{
    if (!s->in_cluster || s->em.generation != s->em.st->generation)
        return 0;
    pn_server_count_changed(s);
    return pn_driver_ensure(s->em.st);
}

static int
server_set_max_connections(PyObject *op, PyObject *value, void *closure)
{
    PnServer *s = PN_SERVER(op);
    double max;
    (void)closure;
    if (value == NULL || value == Py_None) {
        Py_CLEAR(s->max_connections);
    }
    else {
        if (pn_arg_number(value, "max_connections", &max) < 0)
            return -1;
        s->max = max;
        Py_XSETREF(s->max_connections, Py_NewRef(value));
    }
    return limit_changed(s);
}

static PyObject *
server_get_block_list(PyObject *op, void *closure)
{
    PnServer *s = PN_SERVER(op);
    (void)closure;
    return Py_NewRef(s->block_list != NULL ? s->block_list : Py_None);
}

static int
server_set_block_list(PyObject *op, PyObject *value, void *closure)
{
    PnServer *s = PN_SERVER(op);
    (void)closure;
    if (value == Py_None)
        value = NULL;
    if (value != NULL && pn_check_block_list(s->em.st, value, "block_list") < 0)
        return -1;
    Py_XSETREF(s->block_list, Py_XNewRef(value));
    return 0;
}

static PyObject *
server_get_user_data(PyObject *op, void *closure)
{
    PnServer *s = PN_SERVER(op);
    (void)closure;
    return Py_NewRef(s->user_data != NULL ? s->user_data : Py_None);
}

static int
server_set_user_data(PyObject *op, PyObject *value, void *closure)
{
    (void)closure;
    Py_XSETREF(PN_SERVER(op)->user_data, Py_XNewRef(value));
    return 0;
}

static PyObject *
server_get_grace(PyObject *op, void *closure)
{
    double grace = PN_SERVER(op)->counts->grace;
    (void)closure;
    if (grace < 0)
        Py_RETURN_NONE;
    return PyFloat_FromDouble(grace);
}

static int
server_set_grace(PyObject *op, PyObject *value, void *closure)
{
    double grace;
    (void)closure;
    if (pn_server_grace_of(value, "grace", &grace) < 0)
        return -1;
    PN_SERVER(op)->counts->grace = grace;
    return 0;
}

static PyObject *
server_get_drop_max_connection(PyObject *op, void *closure)
{
    PnServer *s = PN_SERVER(op);
    (void)closure;
    if (!s->drop_max_connection_set)
        Py_RETURN_NONE;
    return PyBool_FromLong(s->drop_max_connection);
}

static int
server_set_drop_max_connection(PyObject *op, PyObject *value, void *closure)
{
    (void)closure;
    int on = pn_arg_bool(value);
    if (on < 0)
        return -1;
    PN_SERVER(op)->drop_max_connection = on != 0;
    PN_SERVER(op)->drop_max_connection_set = value != NULL && value != Py_None;
    return limit_changed(PN_SERVER(op));
}

static PyObject *
server_get_stats(PyObject *op, void *closure)
{
    (void)closure;
    return pn_server_stats(PN_SERVER(op));
}

static PyObject *
server_get_connections_list(PyObject *op, void *closure)
{
    (void)closure;
    return pn_server_sockets(PN_SERVER(op));
}

static PyObject *
server_repr(PyObject *op)
{
    PnServer *s = PN_SERVER(op);
    struct pn_addr addr;
    char text[PN_ADDR_TEXT + 24];
    const char *name = Py_TYPE(op)->tp_name;
    char more[40] = "";
    if (s->others != NULL)
        PyOS_snprintf(more, sizeof(more), " and %llu more", (unsigned long long)s->others->count);
    if (s->listener == NULL)
        return PyUnicode_FromFormat("<%s not listening, %zu connections>", name, s->connections);
    if (s->path != NULL)
        return PyUnicode_FromFormat("<%s listening on %R%s, %zu connections>", name, s->path, more, s->connections);
    if (!pn_listener_local(s->listener, &addr))
        return PyUnicode_FromFormat("<%s listening, %zu connections>", name, s->connections);
    (void)pn_addr_format_scoped(&addr, text, sizeof(text));
    return PyUnicode_FromFormat("<%s listening on %s%s%s:%d%s, %zu connections>", name, addr.family == 6 ? "[" : "",
                                text, addr.family == 6 ? "]" : "", (int)addr.port, more, s->connections);
}

/* --- pn_emitter_ops --- */

static bool
server_reached(PnEmitter *e, PyObject *name, PyObject **arg)
{
    PnServer *s = PN_SERVER(e);
    (void)arg;
    if (name == s->em.st->names.listening)
        return s->listener != NULL && !s->aborting;
    return name == s->em.st->names.close && e->ops->close_emitted(e) && !pn_error_pending(e);
}

static bool
server_close_emitted(const PnEmitter *e)
{
    const PnServer *s = (const PnServer *)(const void *)e;
    return s->close_emitted || s->shut;
}

static PyObject *
server_failure(const PnEmitter *e)
{
    const PnServer *s = (const PnServer *)(const void *)e;
    return s->listen_error_emitted ? s->listen_error : NULL;
}

/* A server made outside of listeners and turn() accepts nothing until a listener of `connection` or `secureConnection` is
 * added. */
static int
server_listener_added(PnEmitter *e, PyObject *name)
{
    if (name == e->st->names.connection || name == e->st->names.secureConnection)
        pn_server_connection_listener(PN_SERVER(e));
    return 0;
}

static const struct pn_emitter_ops server_emitter_ops = {
    .listener_added = server_listener_added,
    .reached = server_reached,
    .close_emitted = server_close_emitted,
    .failure = server_failure,
};

/* --- lifetime --- */

static PyObject *
server_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *op = pn_emitter_new(type, args, kwargs);
    if (op == NULL)
        return NULL;
    PnServer *s = PN_SERVER(op);
    s->em.ops = &server_emitter_ops;
    pn_links_init(&s->streams);
    s->options.high_water_mark = s->em.st->default_mark;
    s->options.no_delay = s->em.st->no_delay;
    s->options.max_write_buffer = UINT32_MAX;
    s->em.st->servers++;
    s->counts = PyMem_RawCalloc(1, sizeof(*s->counts));
    if (s->counts == NULL) {
        Py_DECREF(op);
        return PyErr_NoMemory();
    }
    s->counts->grace = -1;
    pn_server_mark_outside(s);
    return op;
}

static int
server_traverse(PyObject *op, visitproc visit, void *arg)
{
    PnServer *s = PN_SERVER(op);
    Py_VISIT(s->max_connections);
    Py_VISIT(s->abort.signal);
    Py_VISIT(s->block_list);
    Py_VISIT(s->options.factory);
    if (s->proxy != NULL)
        Py_VISIT(s->proxy->trusted);
    Py_VISIT(s->user_data);
    Py_VISIT(s->pending_connections);
    Py_VISIT(s->shutdown);
    Py_VISIT(s->share);
    Py_VISIT(s->listen_error);
    int status = pn_server_tls_traverse(PN_SERVER(op), visit, arg);
    return status != 0 ? status : pn_emitter_traverse(op, visit, arg);
}

static int
server_clear(PyObject *op)
{
    PnServer *s = PN_SERVER(op);
    Py_CLEAR(s->max_connections);
    pn_abort_detach(&s->abort);
    Py_CLEAR(s->block_list);
    Py_CLEAR(s->options.factory);
    Py_CLEAR(s->user_data);
    Py_CLEAR(s->pending_connections);
    Py_CLEAR(s->shutdown);
    Py_CLEAR(s->share);
    Py_CLEAR(s->listen_error);
    return pn_emitter_clear(op);
}

static void
server_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PnServer *s = PN_SERVER(op);
    PyObject_GC_UnTrack(op);
    pn_abort_cut(&s->abort); /* it has no listener and no lookup here: each holds a reference */
    pn_links_remove_all(&s->streams);
    pn_list_cut(&s->em);
    Py_TRASHCAN_BEGIN(op, server_dealloc) /* listeners chain objects */
        if (s->em.weakrefs != NULL) PyObject_ClearWeakRefs(op);
    pn_abort_detach(&s->abort);
    Py_CLEAR(s->path);
    Py_CLEAR(s->listened_at);
    Py_CLEAR(s->max_connections);
    Py_CLEAR(s->block_list);
    Py_CLEAR(s->options.factory);
    Py_CLEAR(s->user_data);
    Py_CLEAR(s->pending_connections);
    Py_CLEAR(s->shutdown);
    Py_CLEAR(s->share);
    Py_CLEAR(s->listen_error);
    pn_server_proxy_free(s);
    pn_server_free_limits(s);
    s->em.st->servers--;
    pn_server_tls_free(s);
    PyMem_RawFree(s->counts);
    pn_emitter_free_parts(&s->em);
    type->tp_free(op);
    Py_DECREF(type);
    Py_TRASHCAN_END
}

/* --- tables --- */

#define KW(name, f, doc) {name, PN_FASTCALL(f), METH_FASTCALL | METH_KEYWORDS, doc}

static PyMethodDef server_methods[] = {
    KW("listen", pn_server_listen_method, pn_listen_doc),
    KW("close", server_close, close_doc),
    PN_WAITING_SERVER_ROWS,
    KW("accept", pn_server_accept_method, pn_accept_doc),
    KW("set_secure_context", pn_server_set_secure_context, pn_set_secure_context_doc),
    KW("get_connections", server_get_connections, get_connections_doc),
    {"address", server_address, METH_NOARGS, address_doc},
    {"fileno", server_fileno, METH_NOARGS, fileno_doc},
    {"__reduce_ex__", pn_reduce_handle, METH_O, NULL},
    {"ref", server_ref, METH_NOARGS,
     "ref($self, /)\n--\n\n"
     "The server keeps run() from returning, which is the default. Node: server.ref()."},
    {"unref", server_unref, METH_NOARGS,
     "unref($self, /)\n--\n\n"
     "The server does not keep run() from returning. Node: server.unref()."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef server_getset[] = {
    {"listening", server_get_listening, NULL, "True while it listens. Node: server.listening.", NULL},
    {"port", server_get_port, NULL,
     "The port that the server listens on. None on a unix server, and while it does not listen.", NULL},
    {"host", server_get_host, NULL,
     "The IP address that the server listens on, not the name that was passed. None on a unix server, and while\n"
     "it does not listen.",
     NULL},
    {"addresses", server_get_addresses, NULL,
     "A new list of what the server listens on: AddressInfo(address, port, family), or the path of a unix\n"
     "server. Empty while it does not listen.",
     NULL},
    {"max_connections", server_get_max_connections, server_set_max_connections,
     "When this many connections are open, the server drops new ones, and emits \"drop\". 0 drops all, None means\n"
     "no limit. Node: server.maxConnections.",
     NULL},
    PN_LIMITS_ROWS,
    {"block_list", server_get_block_list, server_set_block_list,
     "A BlockList, or None. The server closes connections from its addresses, without an event. It checks the\n"
     "list for each connection, after max_connections, and never on a unix server. TypeError\n"
     "(ERR_INVALID_ARG_TYPE). Node: server.blockList.",
     NULL},
    {"proxy_protocol", pn_server_get_proxy_protocol, NULL,
     "Whose connections must begin with a header of the PROXY protocol: a BlockList, True for everybody's, or\n"
     "False. You may change the list at any time.",
     NULL},
    {"proxy_errors", pn_server_get_proxy_errors, NULL,
     "How many connections the server has reset for their PROXY header, or since their peer is no proxy.", NULL},
    {"user_data", server_get_user_data, server_set_user_data,
     "A place for any object of the program, None at first. pynet does not use it.", NULL},
    {"grace", server_get_grace, server_set_grace,
     "For how many seconds the end of a `with` block waits for the connections, by shutdown(grace, drain=True).\n"
     "None: it calls close(). TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).",
     NULL},
    {"drop_max_connection", server_get_drop_max_connection, server_set_drop_max_connection,
     "None, or the bool that was set. It is stored, without effect. Node: server.dropMaxConnection.", NULL},
    {"stats", server_get_stats, NULL,
     "A ServerStats(accepted, dropped, blocked, active): how many connections the server has accepted, dropped\n"
     "because of max_connections, and closed because of block_list; and how many are open now. The first three\n"
     "count since the server was made.",
     NULL},
    {"connections", server_get_connections_list, NULL,
     "A new list of the open sockets that the server has accepted, oldest first.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot server_slots[] = {
    {Py_tp_doc,
     "Server(*args, **options)\n--\n\n"
     "Server(options=None, listener=None, /, **more)\n"
     "Server(listener, /, **options)\n\n"
     "A TCP or unix server. Options: allow_half_open, pause_on_connect, no_delay, keep_alive,\n"
     "keep_alive_initial_delay (ms), high_water_mark, max_write_buffer (bytes), block_list (a BlockList), grace\n"
     "(for how many seconds the end of `with` waits), socket_factory (a function that makes the sockets),\n"
     "proxy_protocol (a list of proxies, see there), proxy_untrusted (\"reject\" or \"direct\"), proxy_timeout (ms),\n"
     "max_connections_per_address, accept_rate (connections a second from each address, or (connections,\n"
     "seconds)), ipv6_prefix (64: both count networks), ssl (an ssl.SSLContext: every connection is encrypted),\n"
     "handshake_timeout (60 seconds) and strict_end (False) of TLS.\n"
     "Events: connection(socket), listening, close, error(err), drop(data), proxyError(error, info),\n"
     "secureConnection(socket), tlsClientError(error, socket).\n\n"
     "Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_INVALID_ARG_VALUE). Node: class net.Server,\n"
     "class tls.Server."},
    {Py_tp_iter, pn_waiting_server_iter_slot},
    {Py_am_aiter, pn_waiting_server_aiter_slot},
    {Py_tp_new, server_new},
    {Py_tp_init, pn_server_init},
    {Py_tp_repr, server_repr},
    {Py_tp_traverse, server_traverse},
    {Py_tp_clear, server_clear},
    {Py_tp_dealloc, server_dealloc},
    {Py_tp_methods, server_methods},
    {Py_tp_getset, server_getset},
    {0, NULL},
};

PyType_Spec pn_server_spec = {
    .name = "pynet.Server",
    .basicsize = sizeof(PnServer),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = server_slots,
};
