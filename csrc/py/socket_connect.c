/* socket_connect.c - connecting a socket: argument forms, the lookup, one address after the other.
 *
 * Owns: struct pn_connect, from connect() until the socket is connected or destroyed. */
#include <string.h>

#include "../uvio/sockaddr.h"
#include "args.h"
#include "driver.h"
#include "endpoint.h"
#include "errors.h"
#include "server.h"
#include "socket.h"

struct pn_connect {
    PyObject *host;           /* own: as given, for `lookup` */
    PyObject *path;           /* own: bytes; unix sockets */
    PyObject *errors;         /* own: list, one for each address that failed */
    struct pn_lookup *lookup; /* own: under way */
    struct pn_addr *addrs;    /* own: in the order in which they are tried */
    size_t count, index;
    uint64_t id; /* tells attempts apart when a listener has started another */
    uint16_t port;
};

/* --- helpers --- */

static void
free_connect(PnSocket *s, struct pn_connect *c)
{
    if (c->lookup != NULL && s->em.generation == s->em.st->generation)
        pn_lookup_cancel(c->lookup);
    Py_XDECREF(c->host);
    Py_XDECREF(c->path);
    Py_XDECREF(c->errors);
    PyMem_RawFree(c->addrs);
    PyMem_RawFree(c);
}

void
pn_connect_free(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    s->connect = NULL;
    if (c != NULL)
        free_connect(s, c);
}

int
pn_connect_traverse(PnSocket *s, visitproc visit, void *arg)
{
    if (s->connect != NULL)
        Py_VISIT(s->connect->errors);
    return 0;
}

static bool
still(const PnSocket *s, uint64_t id)
{
    return s->connect != NULL && s->connect->id == id;
}

static PyObject *
address_text(const struct pn_addr *addr)
{
    char text[PN_ADDR_TEXT + 24];
    (void)pn_addr_format_scoped(addr, text, sizeof(text));
    return PyUnicode_FromString(text);
}

/* (address or path, port, family[, error]), as the connectionAttempt events carry it. New tuple or NULL. */
static PyObject *
attempt_args(PnSocket *s, PyObject *error)
{
    struct pn_connect *c = s->connect;
    if (c->path != NULL) {
        PyObject *text = pn_path_text(c->path);
        PyObject *all = error != NULL ? Py_BuildValue("(NOOO)", text, Py_None, Py_None, error)
                                      : Py_BuildValue("(NOO)", text, Py_None, Py_None);
        return all;
    }
    const struct pn_addr *addr = &c->addrs[c->index];
    PyObject *text = address_text(addr);
    return error != NULL ? Py_BuildValue("(NiiO)", text, (int)addr->port, (int)addr->family, error)
                         : Py_BuildValue("(Nii)", text, (int)addr->port, (int)addr->family);
}

static void
emit_args(PnSocket *s, PyObject *name, PyObject *args)
{
    PyObject *stack[6] = {NULL};
    if (args == NULL) {
        PyErr_WriteUnraisable((PyObject *)s);
        return;
    }
    size_t n = (size_t)PyTuple_GET_SIZE(args);
    for (size_t i = 0; i < n; i++)
        stack[i + 1] = PyTuple_GET_ITEM(args, (Py_ssize_t)i);
    (void)pn_emit_loop(&s->em, name, stack + 1, n, NULL);
    Py_DECREF(args);
}

static void
emit_attempt(PnSocket *s, PyObject *name, PyObject *error)
{
    if (pn_has_listeners(&s->em, name))
        emit_args(s, name, attempt_args(s, error));
}

/* --- attempts --- */

static PyObject *
connect_error(PnSocket *s, int status, bool at_once)
{
    struct pn_connect *c = s->connect;
    struct pn_where where = {.syscall = "connect"};
    struct pn_addr local, to;
    char details[PN_ADDR_TEXT + 32];
    if (c->path != NULL)
        where.path = pn_path_text(c->path);
    else {
        to = c->addrs[c->index]; /* making an error may collect garbage, and `c` be gone */
        where.addr = &to;
    }
    if (c->path == NULL && at_once && s->io != NULL && pn_stream_local(s->io, &local)) {
        char text[PN_ADDR_TEXT];
        (void)pn_addr_format(&local, text);
        PyOS_snprintf(details, sizeof(details), "%s:%d", text, (int)local.port);
        where.details = details;
    }
    PyObject *error = pn_uv_error(s->em.st, status, &where);
    Py_XDECREF(where.path);
    return error;
}

static void try_address(PnSocket *s);

/* Every address failed. */
static void
give_up(PnSocket *s)
{
    PyObject *errors = Py_NewRef(s->connect->errors);
    pn_socket_destroy_steal(s, pn_aggregate_error(s->em.st, errors));
    Py_DECREF(errors);
}

static void
next_address(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    if (++c->index == c->count) {
        give_up(s);
        return;
    }
    pn_socket_drop_handle(s);
    if (pn_socket_open_handle(s, PN_STREAM_TCP) < 0)
        pn_socket_destroy_steal(s, NULL);
    else
        try_address(s);
}

static void
attempt_failed(PnSocket *s, int status, bool at_once)
{
    struct pn_connect *c = s->connect;
    PyObject *name = s->em.st->names.connectionAttemptFailed;
    uint64_t id = c->id;
    PyObject *error = connect_error(s, status, at_once);
    if (error == NULL || !still(s, id)) {
        if (error == NULL)
            pn_socket_destroy_steal(s, NULL);
        Py_XDECREF(error);
        return;
    }
    bool single = c->count < 2;
    if (!single && PyList_Append(c->errors, error) < 0)
        PyErr_Clear();
    if (single)
        s->failing = 1; /* Node: not connecting any more, while this event is told */
    emit_attempt(s, name, error);
    s->failing = 0;
    if (still(s, id)) {
        if (single)
            pn_socket_destroy(s, error);
        else
            next_address(s);
    }
    Py_DECREF(error);
}

static void
try_address(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    uint64_t id = c->id;
    emit_attempt(s, s->em.st->names.connectionAttempt, NULL);
    if (!still(s, id) || s->io == NULL)
        return;
    int status = pn_stream_connect(s->io, &c->addrs[c->index]);
    if (status != 0)
        attempt_failed(s, status, true);
}

static void
start_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(self);
    (void)st;
    if (still(s, (uint64_t)(uintptr_t)arg))
        try_address(s);
}

static void
connected(PnSocket *s)
{
    PnState *st = s->em.st;
    pn_connect_free(s);
    s->connecting = 0;
    s->connected = s->was_connected = 1;
    s->can_send = !s->ending && s->corked == 0;
    s->bytes_read = 0;
    if (s->no_delay)
        (void)pn_stream_set_no_delay(s->io, true);
    if (s->keep_alive)
        (void)pn_stream_set_keep_alive(s->io, true, s->keep_alive_delay);
    pn_idle_touch(s);
    if (st->closed) {
        pn_early_forget(s);
        pn_writable_flush(s);
        return;
    }
    if (pn_emit_cycle(&s->em, PN_CYCLE_CONNECT, NULL) < 0)
        return; /* as Node: no `ready`, and reading never starts */
    if (s->io != NULL && s->connected)
        pn_writable_connected(s);
    (void)pn_emit_cycle(&s->em, PN_CYCLE_READY, NULL);
    pn_readable_connected(s);
}

void
pn_connect_done(PnSocket *s, int status)
{
    if (s->connect == NULL)
        return;
    if (status == 0)
        connected(s);
    else if (!s->em.st->closed)
        attempt_failed(s, status, false);
}

/* --- the lookup --- */

static bool
seen_before(const struct pn_addr *addrs, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (pn_addr_same_ip(&addrs[j], &addrs[i]))
            return true;
    }
    return false;
}

/* Node's order: the first address's family leads, then the families alternate. */
static int
set_candidates(struct pn_connect *c, const struct pn_addr *found, size_t count)
{
    c->addrs = PyMem_RawCalloc(count, sizeof(*c->addrs));
    if (c->addrs == NULL)
        return -1;
    size_t next[2] = {0, 0}; /* where the scan of each family is */
    uint8_t family[2] = {found[0].family, found[0].family == 4 ? 6 : 4};
    for (size_t turn = 0, idle = 0; idle < 2; turn ^= 1) {
        size_t *i = &next[turn];
        while (*i < count && (found[*i].family != family[turn] || seen_before(found, *i)))
            (*i)++;
        if (*i == count) {
            idle++;
            continue;
        }
        idle = 0;
        c->addrs[c->count] = found[(*i)++];
        c->addrs[c->count++].port = c->port;
    }
    return 0;
}

static void
emit_lookup(PnSocket *s, PyObject *error, const struct pn_addr *addr)
{
    PnState *st = s->em.st;
    if (!pn_has_listeners(&s->em, st->names.lookup))
        return;
    PyObject *host = Py_NewRef(s->connect->host); /* making a tuple may collect garbage */
    if (error != NULL)
        emit_args(s, st->names.lookup, Py_BuildValue("(OOOO)", error, Py_None, Py_None, host));
    else
        emit_args(s, st->names.lookup, Py_BuildValue("(ONiO)", Py_None, address_text(addr), (int)addr->family, host));
    Py_DECREF(host);
}

static void
looked_up(PnSocket *s, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    PnState *st = s->em.st;
    struct pn_connect *c = s->connect;
    uint64_t id = c->id;
    if (status != 0 || count == 0) {
        PyObject *host = Py_NewRef(c->host);
        PyObject *error = pn_lookup_error(st, status, sys_errno, host);
        Py_DECREF(host);
        if (error != NULL && still(s, id))
            emit_lookup(s, error, NULL);
        if (still(s, id))
            pn_socket_destroy_steal(s, error);
        else if (error != NULL)
            Py_DECREF(error);
        else
            PyErr_Clear();
        return;
    }
    for (size_t i = 0; i < count && still(s, id); i++)
        emit_lookup(s, NULL, &addrs[i]);
    if (!still(s, id))
        return;
    if (set_candidates(c, addrs, count) < 0) {
        PyErr_NoMemory();
        pn_socket_destroy_steal(s, NULL);
        return;
    }
    try_address(s);
}

static void
on_lookup(void *data, int status, int sys_errno, const struct pn_addr *addrs, size_t count)
{
    PnSocket *s = data;
    PnState *st = s->em.st;
    if (s->connect == NULL || st->closed)
        return;
    unsigned scope = pn_enter(st);
    Py_INCREF(s);
    s->connect->lookup = NULL;
    looked_up(s, status, sys_errno, addrs, count);
    pn_leave(st, scope);
    Py_DECREF(s);
}

/* --- starting --- */

static int
start_lookup(PnSocket *s, int family)
{
    struct pn_connect *c = s->connect;
    struct pn_loop *loop = s->em.st->loop;
    struct pn_resolver *r = pn_loop_resolver(loop);
    uint64_t id = c->id;
    PyObject *name = pn_host_bytes(c->host);
    if (!still(s, id)) { /* the codec for names in other scripts is Python, and may collect garbage */
        Py_XDECREF(name);
        PyErr_Clear();
        return 0;
    }
    if (name != NULL && r != NULL)
        c->lookup = pn_resolver_start(r, PyBytes_AS_STRING(name), family, pn_resolver_default_flags(), on_lookup, s);
    bool bad_name = name == NULL;
    Py_XDECREF(name);
    if (c->lookup == NULL && !bad_name)
        PyErr_NoMemory();
    return c->lookup == NULL ? -1 : 0;
}

static int
start_tcp(PnSocket *s, int family)
{
    struct pn_connect *c = s->connect;
    struct pn_addr addr;
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(c->host, &len);
    if (text == NULL)
        return -1;
    if (pn_addr_parse_scoped(text, (size_t)len, &addr) < 0)
        return start_lookup(s, family);
    addr.port = c->port;
    c->addrs = PyMem_RawMalloc(sizeof(addr));
    if (c->addrs == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    c->addrs[0] = addr;
    c->count = 1;
    return pn_tick(s->em.st, start_tick, (PyObject *)s, (void *)(uintptr_t)c->id);
}

static void
path_attempt_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(self);
    if (still(s, (uint64_t)(uintptr_t)arg))
        emit_attempt(s, st->names.connectionAttempt, NULL);
}

static int
start_path(PnSocket *s)
{
    PnState *st = s->em.st;
    struct pn_connect *c = s->connect;
    uint64_t id = c->id;
    c->count = 1;
    if (pn_inside(st))
        emit_attempt(s, st->names.connectionAttempt, NULL);
    else if (pn_tick(st, path_attempt_tick, (PyObject *)s, (void *)(uintptr_t)id) < 0)
        return -1;
    if (still(s, id) && s->io != NULL)
        (void)pn_stream_connect_path(s->io, PyBytes_AS_STRING(c->path), (size_t)PyBytes_GET_SIZE(c->path));
    return 0;
}

static struct pn_connect *
new_connect(PnSocket *s, struct pn_endpoint *e)
{
    PnState *st = s->em.st;
    struct pn_connect *c = PyMem_RawCalloc(1, sizeof(*c));
    PyObject *errors = PyList_New(0);
    if (c == NULL || errors == NULL) {
        PyMem_RawFree(c);
        Py_XDECREF(errors);
        PyErr_NoMemory();
        return NULL;
    }
    c->errors = errors;
    c->id = ++st->connect_ids;
    c->port = e->port;
    c->path = Py_XNewRef(e->path);
    c->host = Py_NewRef(e->host != NULL ? e->host : st->names.localhost);
    return c;
}

/* Connecting or connected already: the error comes as an event. */
static int
refuse_busy(PnSocket *s)
{
    struct pn_where where = {.syscall = "connect"};
    PyObject *error = pn_uv_error(s->em.st, s->connecting ? UV_EALREADY : UV_EISCONN, &where);
    if (error == NULL)
        return -1;
    pn_socket_destroy(s, error);
    Py_DECREF(error);
    return pn_notify(s->em.st);
}

/* As before the call. */
static void
take_back(PnSocket *s)
{
    pn_connect_free(s);
    pn_socket_drop_handle(s);
    s->connecting = 0;
}

static int
start(PnSocket *s, struct pn_endpoint *e, int family)
{
    PnState *st = s->em.st;
    if (pn_state_loop(st) == NULL)
        return -1;
    if (s->io != NULL)
        return refuse_busy(s);
    struct pn_connect *c = new_connect(s, e);
    if (c == NULL)
        return -1;
    if (!pn_socket_reset(s)) { /* somebody was faster, by a collection of garbage */
        free_connect(s, c);
        return refuse_busy(s);
    }
    s->connect = c;
    s->connecting = 1;
    uint64_t id = c->id;
    if (pn_socket_open_handle(s, c->path != NULL ? PN_STREAM_PIPE : PN_STREAM_TCP) < 0 ||
        (e->callback != NULL && pn_add_listener(&s->em, st->names.connect, e->callback, true, false) < 0)) {
        if (still(s, id))
            take_back(s);
        return -1;
    }
    pn_mark_outside(&s->em);
    if (!still(s, id))
        return pn_notify(st); /* a `newListener` listener has destroyed it */
    pn_idle_touch(s);
    int status = c->path != NULL ? start_path(s) : start_tcp(s, family);
    if (status < 0) {
        if (still(s, id))
            take_back(s);
        return -1;
    }
    return pn_notify(st);
}

/* --- arguments --- */

static const char *const connect_names[] = {
    "port", "host", "path", "family", "no_delay", "keep_alive", "keep_alive_initial_delay", "listener", NULL,
};
enum { C_PORT, C_HOST, C_PATH, C_FAMILY, C_NO_DELAY, C_KEEP_ALIVE, C_DELAY, C_LISTENER, C_COUNT };

static int
family_of(PyObject *obj, int *out)
{
    *out = 0;
    if (obj == NULL)
        return 0;
    if (PyLong_Check(obj) && !PyBool_Check(obj)) {
        long value = PyLong_AsLong(obj);
        PyErr_Clear();
        *out = (int)value;
        if (value == 0 || value == 4 || value == 6)
            return 0;
    }
    else if (PyUnicode_Check(obj)) {
        *out = PyUnicode_CompareWithASCIIString(obj, "IPv4") == 0   ? 4
               : PyUnicode_CompareWithASCIIString(obj, "IPv6") == 0 ? 6
                                                                    : 0;
        if (*out != 0)
            return 0;
    }
    pn_raise_arg_value("options.family", "must be one of: 0, 4, 6", obj);
    return -1;
}

/* Options first, then the call: nothing has changed when one of them is wrong. */
static int
connect_checked(PnSocket *s, struct pn_endpoint *e, PyObject **v)
{
    PnState *st = s->em.st;
    int family;
    uint16_t delay = 0;
    if (family_of(v[C_FAMILY], &family) < 0)
        return -1;
    if (pn_keep_alive_delay(v[C_DELAY], &delay) < 0)
        return -1;
    int no_delay = pn_arg_bool(v[C_NO_DELAY]);
    int keep_alive = no_delay < 0 ? -1 : pn_arg_bool(v[C_KEEP_ALIVE]);
    if (keep_alive < 0)
        return -1;
    if (v[C_LISTENER] != NULL) {
        if (pn_check_callable(st, v[C_LISTENER], "listener") < 0)
            return -1;
        Py_XSETREF(e->callback, Py_NewRef(v[C_LISTENER]));
    }
    if (!e->has_port && e->path == NULL) {
        pn_raise_coded(PyExc_TypeError, "ERR_MISSING_ARGS",
                       "The \"options\" or \"port\" or \"path\" argument must be specified");
        return -1;
    }
    if (e->host != NULL && e->path == NULL) {
        PyObject *bytes = pn_host_bytes(e->host);
        if (bytes == NULL)
            return -1;
        Py_DECREF(bytes);
    }
    if (no_delay)
        s->no_delay = 1;
    if (keep_alive) {
        s->keep_alive = 1;
        s->keep_alive_delay = delay;
    }
    return start(s, e, family);
}

const char pn_connect_doc[] =
    "connect($self, /, *args, **options)\n--\n\n"
    "connect(port, host=\"localhost\", listener=None, /)\nconnect(path, listener=None, /)\n"
    "connect(options, listener=None, /, **more)\n\n"
    "Starts to connect and returns the socket. A port with a host, a (host, port) pair, the path of a unix socket\n"
    "(\"\\0name\": abstract), or options: port, host, path, family (0, 4, 6), no_delay, keep_alive,\n"
    "keep_alive_initial_delay (ms). The listener is added with once(\"connect\"). A name is looked up, and its "
    "addresses\n"
    "are tried one after the other.\n\n"
    "Events: lookup, connectionAttempt, connectionAttemptFailed, connect, ready; error and close when it fails.\n"
    "Raises TypeError (ERR_MISSING_ARGS, ERR_INVALID_ARG_TYPE) and ValueError (ERR_SOCKET_BAD_PORT,\n"
    "ERR_INVALID_ARG_VALUE) at once. Node: socket.connect().";

PyObject *
pn_socket_connect_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnSocket *s = PN_SOCKET(op);
    PnState *st = s->em.st;
    struct pn_endpoint e;
    PyObject *v[C_COUNT];
    if (pn_check_alive(&s->em) < 0 || pn_endpoint_parse(st, false, args, nargs, &e) < 0)
        return NULL;
    int status = pn_options("connect", connect_names, e.options, args + nargs, kwnames, v);
    if (status == 0) {
        status = pn_endpoint_options(st, false, v[C_PORT], v[C_HOST], v[C_PATH], &e);
        if (status == 0)
            status = connect_checked(s, &e, v);
        pn_options_clear(v, C_COUNT);
    }
    pn_endpoint_clear(&e);
    return status < 0 ? NULL : Py_NewRef(op);
}
