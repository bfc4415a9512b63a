/* socket.c - the Socket type: node:net's Socket.
 *
 * Owns:    see PnSocket in socket.h.
 * Threads: every function runs with the GIL held; the GIL is the loop's lock. Any thread may call any method. */

#include "socket.h"
#include "../uvio/sockaddr.h"
#include "args.h"
#include "driver.h"
#include "errors.h"
#include "server.h"

/* --- options --- */

const char *const pn_socket_option_names[] = {
    "allow_half_open", "high_water_mark", "no_delay", "keep_alive", "keep_alive_initial_delay", NULL,
};
enum { O_HALF_OPEN, O_HIGH_WATER_MARK, O_NO_DELAY, O_KEEP_ALIVE, O_DELAY, O_COUNT };

int
pn_high_water_mark(PyObject *obj, uint32_t *out)
{
    double value;
    if (obj == NULL)
        return 0;
    if (pn_arg_number(obj, "options.highWaterMark", &value) < 0)
        return -1;
    if (!(value >= 0 && value <= 2147483647) || value != (double)(uint32_t)value) {
        pn_raise_arg_value("options.highWaterMark", "is invalid", obj);
        return -1;
    }
    *out = (uint32_t)value;
    return 0;
}

int
pn_keep_alive_delay(PyObject *obj, uint32_t *out)
{
    double ms;
    if (obj == NULL)
        return 0;
    if (pn_arg_number(obj, "options.keepAliveInitialDelay", &ms) < 0)
        return -1;
    *out = ms > 0 && ms <= 4e12 ? (uint32_t)(ms / 1000) : 0;
    return 0;
}

int
pn_socket_apply_options(PnSocket *s, PyObject **v)
{
    uint32_t mark = PN_DEFAULT_HIGH_WATER_MARK, delay = 0;
    int half_open = pn_arg_bool(v[O_HALF_OPEN]);
    int no_delay = half_open < 0 ? -1 : pn_arg_bool(v[O_NO_DELAY]);
    int keep_alive = no_delay < 0 ? -1 : pn_arg_bool(v[O_KEEP_ALIVE]);
    if (keep_alive < 0 || pn_high_water_mark(v[O_HIGH_WATER_MARK], &mark) < 0 ||
        pn_keep_alive_delay(v[O_DELAY], &delay) < 0)
        return -1;
    s->allow_half_open = half_open != 0;
    s->no_delay = no_delay != 0;
    s->keep_alive = keep_alive != 0;
    s->high_water_mark = mark;
    s->keep_alive_delay = delay;
    return 0;
}

static int
socket_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PyObject *v[O_COUNT];
    PyObject *mapping = NULL;
    if (!PyArg_UnpackTuple(args, "Socket", 0, 1, &mapping))
        return -1;
    if (mapping == Py_None)
        mapping = NULL;
    if (mapping != NULL && !pn_is_options(mapping)) {
        pn_raise_arg_type("options", "a mapping", mapping);
        return -1;
    }
    if (pn_options_dict("Socket", pn_socket_option_names, mapping, kwargs, v) < 0)
        return -1;
    int status = pn_socket_apply_options(PN_SOCKET(op), v);
    pn_options_clear(v, O_COUNT);
    return status;
}

/* --- addresses --- */

PyObject *
pn_address_info(PnState *st, const struct pn_addr *addr)
{
    char text[PN_ADDR_TEXT + 24];
    (void)pn_addr_format_scoped(addr, text, sizeof(text));
    return PyObject_CallFunction(st->AddressInfo, "siO", text, (int)addr->port,
                                 addr->family == 6 ? st->names.IPv6 : st->names.IPv4);
}

bool
pn_socket_local(PnSocket *s, struct pn_addr *out)
{
    if (s->io != NULL && s->connected)
        return pn_stream_local(s->io, out);
    if (s->ends == NULL || s->ends->local.family == 0)
        return false;
    *out = s->ends->local;
    return true;
}

bool
pn_socket_peer(PnSocket *s, struct pn_addr *out)
{
    if (s->io != NULL && s->connected)
        return pn_stream_peer(s->io, out);
    if (s->ends == NULL || s->ends->peer.family == 0)
        return false;
    *out = s->ends->peer;
    return true;
}

/* --- methods --- */

static PyObject *
done(PyObject *op)
{
    PnSocket *s = PN_SOCKET(op);
    pn_mark_outside(&s->em);
    return pn_notify(s->em.st) < 0 ? NULL : Py_NewRef(op);
}

PyDoc_STRVAR(
    destroy_doc,
    "destroy($self, error=None, /)\n--\n\n"
    "Closes the connection at once; what is queued is tried once and its callbacks get ECANCELED. Emits \"error\" when "
    "an\n"
    "error is given, then \"close\". Returns the socket. Raises TypeError (ERR_INVALID_ARG_TYPE) when error is no\n"
    "exception. Node: socket.destroy().");

static PyObject *
socket_destroy(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"error", NULL};
    PyObject *a[1];
    if (pn_check_alive(&PN_SOCKET(op)->em) < 0 || pn_unpack("destroy", names, 0, args, nargs, kwnames, a) < 0)
        return NULL;
    if (a[0] == Py_None)
        a[0] = NULL;
    if (a[0] != NULL && !PyExceptionInstance_Check(a[0]))
        return pn_raise_arg_type("error", "an exception", a[0]);
    PnState *st = PN_SOCKET(op)->em.st;
    if (pn_state_loop(st) == NULL)
        return NULL;
    pn_socket_destroy(PN_SOCKET(op), a[0]);
    return done(op);
}

PyDoc_STRVAR(destroy_soon_doc,
             "destroy_soon($self, /)\n--\n\n"
             "Ends the writing side if it is open, and destroys the socket when everything has been written. Node:\n"
             "socket.destroySoon().");

static PyObject *
socket_destroy_soon(PyObject *op, PyObject *unused)
{
    (void)unused;
    if (pn_check_alive(&PN_SOCKET(op)->em) < 0 || pn_state_loop(PN_SOCKET(op)->em.st) == NULL)
        return NULL;
    pn_socket_destroy_soon(PN_SOCKET(op));
    PyObject *self = done(op);
    Py_XDECREF(self);
    if (self == NULL)
        return NULL;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(pause_doc,
             "pause($self, /)\n--\n\n"
             "Stops emitting \"data\"; returns the socket. Emits \"pause\". Reading stops at the high-water mark.\n"
             "Node: socket.pause().");

static PyObject *
socket_pause(PyObject *op, PyObject *unused)
{
    (void)unused;
    if (pn_check_alive(&PN_SOCKET(op)->em) < 0 || pn_readable_pause(PN_SOCKET(op)) < 0)
        return NULL;
    return done(op);
}

PyDoc_STRVAR(resume_doc,
             "resume($self, /)\n--\n\n"
             "Reads on after pause(); without a \"data\" listener what comes is thrown away. Emits \"resume\" by the\n"
             "next tick. Returns the socket. Node: socket.resume().");

static PyObject *
socket_resume(PyObject *op, PyObject *unused)
{
    (void)unused;
    if (pn_check_alive(&PN_SOCKET(op)->em) < 0 || pn_state_loop(PN_SOCKET(op)->em.st) == NULL)
        return NULL;
    pn_readable_resume(PN_SOCKET(op));
    return done(op);
}

PyDoc_STRVAR(is_paused_doc, "is_paused($self, /)\n--\n\n"
                            "True after pause(), until resume(). Node: readable.isPaused().");

static PyObject *
socket_is_paused(PyObject *op, PyObject *unused)
{
    (void)unused;
    return PyBool_FromLong(PN_SOCKET(op)->paused);
}

PyDoc_STRVAR(set_no_delay_doc, "set_no_delay($self, no_delay=True, /)\n--\n\n"
                               "Switches Nagle's algorithm off (TCP_NODELAY), or on again; before the connection is "
                               "there it is remembered. Returns\n"
                               "the socket. Node: socket.setNoDelay().");

static PyObject *
socket_set_no_delay(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"no_delay", NULL};
    PnSocket *s = PN_SOCKET(op);
    PyObject *a[1];
    if (pn_check_alive(&s->em) < 0 || pn_unpack("set_no_delay", names, 0, args, nargs, kwnames, a) < 0)
        return NULL;
    int on = a[0] == NULL || a[0] == Py_None ? 1 : pn_arg_bool(a[0]);
    if (on < 0)
        return NULL;
    if (s->io != NULL && s->connected && s->no_delay != (unsigned)on)
        (void)pn_stream_set_no_delay(s->io, on);
    s->no_delay = on != 0;
    return Py_NewRef(op);
}

PyDoc_STRVAR(
    set_keep_alive_doc,
    "set_keep_alive($self, enable=False, initial_delay=0, /)\n--\n\n"
    "Switches keep-alive probes on or off. initial_delay is the idle time in milliseconds before the first one\n"
    "(TCP_KEEPIDLE, whole seconds, with TCP_KEEPINTVL 1 and TCP_KEEPCNT 10); under 1000 the system's times stay. "
    "Before\n"
    "the connection is there it is remembered. Returns the socket. Raises TypeError (ERR_INVALID_ARG_TYPE).\n"
    "Node: socket.setKeepAlive().");

static PyObject *
socket_set_keep_alive(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"enable", "initial_delay", NULL};
    PnSocket *s = PN_SOCKET(op);
    PyObject *a[2];
    double ms = 0;
    if (pn_check_alive(&s->em) < 0 || pn_unpack("set_keep_alive", names, 0, args, nargs, kwnames, a) < 0)
        return NULL;
    int on = pn_arg_bool(a[0]);
    if (on < 0 || (a[1] != NULL && a[1] != Py_None && pn_arg_number(a[1], "initial_delay", &ms) < 0))
        return NULL;
    uint32_t seconds = ms > 0 && ms <= 4e12 ? (uint32_t)(ms / 1000) : 0;
    bool changed = s->keep_alive != (unsigned)on || (on && seconds != s->keep_alive_delay);
    s->keep_alive = on != 0;
    s->keep_alive_delay = seconds;
    if (changed && s->io != NULL && s->connected)
        (void)pn_stream_set_keep_alive(s->io, on, seconds);
    return Py_NewRef(op);
}

PyDoc_STRVAR(address_doc,
             "address($self, /)\n--\n\n"
             "AddressInfo(address, port, family) of our end, or None when it is not connected or a unix socket. Node:\n"
             "socket.address().");

static PyObject *
socket_address(PyObject *op, PyObject *unused)
{
    (void)unused;
    PnSocket *s = PN_SOCKET(op);
    struct pn_addr addr;
    if (s->destroyed || !pn_socket_local(s, &addr))
        Py_RETURN_NONE;
    return pn_address_info(s->em.st, &addr);
}

PyDoc_STRVAR(fileno_doc, "fileno($self, /)\n--\n\n"
                         "The file descriptor, or -1 when there is none. It stays pynet's: don't close it.");

static PyObject *
socket_fileno(PyObject *op, PyObject *unused)
{
    (void)unused;
    PnSocket *s = PN_SOCKET(op);
    return PyLong_FromLong(s->io != NULL && s->em.generation == s->em.st->generation ? pn_stream_fd(s->io) : -1);
}

static PyObject *
set_ref(PyObject *op, bool referenced)
{
    PnSocket *s = PN_SOCKET(op);
    if (pn_check_alive(&s->em) < 0)
        return NULL;
    s->unref = !referenced;
    if (s->io != NULL)
        pn_stream_ref(s->io, referenced);
    return Py_NewRef(op);
}

static PyObject *
socket_ref(PyObject *op, PyObject *unused)
{
    (void)unused;
    return set_ref(op, true);
}

static PyObject *
socket_unref(PyObject *op, PyObject *unused)
{
    (void)unused;
    return set_ref(op, false);
}

/* --- getters --- */

static PyObject *
ready_state(PnSocket *s)
{
    struct pn_names *n = &s->em.st->names;
    if (s->connecting && !s->failing)
        return n->opening;
    bool readable = pn_readable_open(s), writable = pn_writable_open(s);
    if (readable)
        return writable ? n->open : n->readOnly;
    return writable ? n->writeOnly : n->closed;
}

static PyObject *
socket_get_ready_state(PyObject *op, void *closure)
{
    (void)closure;
    return Py_NewRef(ready_state(PN_SOCKET(op)));
}

/* What a boolean getter asks. */
enum flag {
    F_CONNECTING,
    F_PENDING,
    F_DESTROYED,
    F_READABLE,
    F_WRITABLE,
    F_CLOSED,
};

static PyObject *
socket_get_flag(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    bool value = false;
    switch ((enum flag)(intptr_t)closure) {
    case F_CONNECTING:
        value = s->connecting && !s->failing;
        break;
    case F_PENDING:
        value = s->io == NULL || (s->connecting && !s->failing);
        break;
    case F_DESTROYED:
    case F_CLOSED:
        value = s->destroyed;
        break;
    case F_READABLE:
        value = pn_readable_open(s);
        break;
    case F_WRITABLE:
        value = pn_writable_open(s);
        break;
    }
    return PyBool_FromLong(value);
}

static PyObject *
socket_get_allow_half_open(PyObject *op, void *closure)
{
    (void)closure;
    return PyBool_FromLong(PN_SOCKET(op)->allow_half_open);
}

static int
socket_set_allow_half_open(PyObject *op, PyObject *value, void *closure)
{
    (void)closure;
    int on = value == NULL ? 0 : PyObject_IsTrue(value);
    if (on >= 0)
        PN_SOCKET(op)->allow_half_open = on != 0;
    return on < 0 ? -1 : 0;
}

static PyObject *
socket_get_server(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    (void)closure;
    return Py_NewRef(s->server != NULL ? (PyObject *)s->server : Py_None);
}

static PyObject *
socket_get_errored(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    (void)closure;
    return Py_NewRef(s->errored != NULL ? s->errored : Py_None);
}

static PyObject *
socket_get_count(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    return PyLong_FromUnsignedLongLong(closure != NULL ? s->bytes_written : s->bytes_read);
}

/* Which part of which end: "la" the local address, "rp" the remote port, ... */
static PyObject *
socket_get_end(PyObject *op, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    const char *part = closure;
    struct pn_addr addr;
    if (!(part[0] == 'l' ? pn_socket_local(s, &addr) : pn_socket_peer(s, &addr)))
        Py_RETURN_NONE;
    PyObject *info = pn_address_info(s->em.st, &addr);
    if (info == NULL)
        return NULL;
    PyObject *value = PySequence_GetItem(info, part[1] == 'a' ? 0 : part[1] == 'p' ? 1 : 2);
    Py_DECREF(info);
    return value;
}

/* --- repr --- */

static PyObject *
socket_repr(PyObject *op)
{
    PnSocket *s = PN_SOCKET(op);
    struct pn_addr local, peer;
    char here[PN_ADDR_TEXT + 24], there[PN_ADDR_TEXT + 24];
    const char *name = Py_TYPE(op)->tp_name;
    PyObject *state = s->destroyed ? s->em.st->names.closed : ready_state(s);
    if (pn_socket_local(s, &local) && pn_socket_peer(s, &peer)) {
        (void)pn_addr_format_scoped(&local, here, sizeof(here));
        (void)pn_addr_format_scoped(&peer, there, sizeof(there));
        return PyUnicode_FromFormat("<%s %U %s%s%s:%d -> %s%s%s:%d>", name, state, local.family == 6 ? "[" : "", here,
                                    local.family == 6 ? "]" : "", (int)local.port, peer.family == 6 ? "[" : "", there,
                                    peer.family == 6 ? "]" : "", (int)peer.port);
    }
    if (s->is_pipe && s->io != NULL)
        return PyUnicode_FromFormat("<%s %U unix fd=%d>", name, state, pn_stream_fd(s->io));
    return PyUnicode_FromFormat("<%s %U>", name, state);
}

/* --- tables --- */

#define KW(name, f, doc) {name, PN_FASTCALL(f), METH_FASTCALL | METH_KEYWORDS, doc}

static const char write_doc[] =
    "write($self, data, encoding=\"utf8\", callback=None)\n--\n\n"
    "Sends data: str (in the encoding: utf8, utf16le, latin1, ascii, hex, base64, base64url) or any object with a\n"
    "buffer. True while less than the high-water mark is queued; False: wait for \"drain\". callback(err) is called "
    "when\n"
    "the data has left, err None, or when it will not.\n\n"
    "After end(): \"error\" ERR_STREAM_WRITE_AFTER_END; after destroy() the callback gets ERR_STREAM_DESTROYED. "
    "Raises\n"
    "TypeError (ERR_STREAM_NULL_VALUES, ERR_INVALID_ARG_TYPE), ValueError (ERR_UNKNOWN_ENCODING).\n"
    "Node: socket.write().";
static const char end_doc[] =
    "end($self, data=None, encoding=\"utf8\", callback=None)\n--\n\n"
    "Writes data, if any, and half-closes: the peer gets our end when everything has left. callback(err) is called\n"
    "before \"finish\". Events: prefinish, finish. Returns the socket. Node: socket.end().";

static PyMethodDef socket_methods[] = {
    KW("connect", pn_socket_connect_method, pn_connect_doc),
    KW("write", pn_socket_write_method, write_doc),
    KW("end", pn_socket_end_method, end_doc),
    KW("destroy", socket_destroy, destroy_doc),
    {"destroy_soon", socket_destroy_soon, METH_NOARGS, destroy_soon_doc},
    {"pause", socket_pause, METH_NOARGS, pause_doc},
    {"resume", socket_resume, METH_NOARGS, resume_doc},
    {"is_paused", socket_is_paused, METH_NOARGS, is_paused_doc},
    KW("pipe", pn_socket_pipe_method, pn_pipe_doc),
    {"unpipe", PN_FASTCALL(pn_socket_unpipe_method), METH_FASTCALL, pn_unpipe_doc},
    KW("set_timeout", pn_socket_set_timeout_method, pn_set_socket_timeout_doc),
    KW("set_no_delay", socket_set_no_delay, set_no_delay_doc),
    KW("set_keep_alive", socket_set_keep_alive, set_keep_alive_doc),
    {"address", socket_address, METH_NOARGS, address_doc},
    {"fileno", socket_fileno, METH_NOARGS, fileno_doc},
    {"ref", socket_ref, METH_NOARGS,
     "ref($self, /)\n--\n\n"
     "The socket keeps run() going (the default). Node: socket.ref()."},
    {"unref", socket_unref, METH_NOARGS,
     "unref($self, /)\n--\n\nThe socket does not keep run() going; a connect under way does. Node: socket.unref()."},
    {NULL, NULL, 0, NULL},
};

#define FLAG(name, flag, doc) {name, socket_get_flag, NULL, doc, (void *)(intptr_t)(flag)}
#define END(name, part, doc)  {name, socket_get_end, NULL, doc, (void *)(uintptr_t)(part)}

static PyGetSetDef socket_getset[] = {
    FLAG("connecting", F_CONNECTING, "True from connect() until it has an outcome. Node: socket.connecting."),
    FLAG("pending", F_PENDING, "True when not connected: not begun, or under way. Node: socket.pending."),
    FLAG("destroyed", F_DESTROYED, "True after destroy(). Node: socket.destroyed."),
    FLAG("closed", F_CLOSED, "True after destroy(). Node: stream.closed."),
    FLAG("readable", F_READABLE, "True until \"end\" or an error. Node: readable.readable."),
    FLAG("writable", F_WRITABLE, "True until end() or an error. Node: writable.writable."),
    {"ready_state", socket_get_ready_state, NULL,
     "\"opening\", \"open\", \"readOnly\", \"writeOnly\" or \"closed\". Node: socket.readyState.", NULL},
    {"allow_half_open", socket_get_allow_half_open, socket_set_allow_half_open,
     "False: when the peer ends, so do we. May be set at any time.", NULL},
    {"server", socket_get_server, NULL, "The server that accepted it, or None.", NULL},
    {"errored", socket_get_errored, NULL, "The error it died of, or None. Node: stream.errored.", NULL},
    {"bytes_read", socket_get_count, NULL, "Bytes received. Node: socket.bytesRead.", NULL},
    {"bytes_written", socket_get_count, NULL, "Bytes sent and queued. Node: socket.bytesWritten.", (void *)1},
    {"timeout", pn_socket_get_timeout, NULL, "The milliseconds of set_timeout(), or None. Node: socket.timeout.", NULL},
    END("local_address", "la", "Our address, or None. Node: socket.localAddress."),
    END("local_port", "lp", "Our port, or None. Node: socket.localPort."),
    END("local_family", "lf", "\"IPv4\", \"IPv6\" or None. Node: socket.localFamily."),
    END("remote_address", "ra", "The peer's address, or None; kept after the socket has died."),
    END("remote_port", "rp", "The peer's port, or None; kept after the socket has died."),
    END("remote_family", "rf", "\"IPv4\", \"IPv6\" or None; kept after the socket has died."),
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot socket_slots[] = {
    {Py_tp_doc, "Socket(options=None, /, **more)\n--\n\n"
                "A TCP connection or a unix socket. Options: allow_half_open, high_water_mark (bytes), no_delay,\n"
                "keep_alive, keep_alive_initial_delay (ms). Node: class net.Socket."},
    {Py_tp_new, pn_socket_new},
    {Py_tp_init, socket_init},
    {Py_tp_repr, socket_repr},
    {Py_tp_traverse, pn_socket_traverse},
    {Py_tp_clear, pn_socket_clear},
    {Py_tp_dealloc, pn_socket_dealloc},
    {Py_tp_methods, socket_methods},
    {Py_tp_getset, socket_getset},
    {0, NULL},
};

PyType_Spec pn_socket_spec = {
    .name = "pynet.Socket",
    .basicsize = sizeof(PnSocket),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = socket_slots,
};
