/* connect_method.c - Socket.connect(): its arguments, the start, connect_timeout. See connect.h.
 *
 * Creates struct pn_connect; the socket owns it until it is connected or destroyed. */
#include <string.h>

#include "py/base/args.h"
#include "py/connect/connect.h"
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/socket/socket_checks.h"
#include "py/stream/duplex.h"
#include "uvio/sockaddr.h"

/* --- connect_timeout --- */

/* The error of connect_timeout: it names the address that is being tried, or the host during the lookup. */
static PyObject *
limit_error(PnSocket *s)
{
    struct pn_connect *c = s->connect;
    if (c->path != NULL || c->count > 0)
        return pn_connect_error(s, c->index, UV_ETIMEDOUT, false);
    struct pn_where where = {.syscall = "connect", .host = Py_NewRef(c->host), .port = c->port};
    PyObject *error = pn_uv_error(s->d.em.st, UV_ETIMEDOUT, &where);
    Py_DECREF(where.host);
    return error;
}

static void
on_limit(struct pn_loop_timer *t)
{
    struct pn_connect *c = (struct pn_connect *)(void *)((char *)t - offsetof(struct pn_connect, limit));
    PnSocket *s = c->socket;
    PnState *st = s->d.em.st;
    uint64_t id = c->id;
    if (st->closed)
        return;
    unsigned scope = pn_callback_scope_open(st);
    Py_INCREF(s);
    pn_connect_fail(s, id, limit_error(s));
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
}

/* --- starting --- */

static void
start_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(self);
    (void)st;
    if (pn_connect_still(s, (uint64_t)(uintptr_t)arg))
        pn_connect_try(s);
}

/* Finds the addresses of c->host. 0, or -1 with an exception. */
static int
resolve(PnSocket *s, const struct pn_connect_options *o)
{
    return o->lookup != NULL ? pn_connect_ask_user(s, o) : pn_connect_ask_resolver(s, o);
}

static int
start_tcp(PnSocket *s, const struct pn_connect_options *o)
{
    struct pn_connect *c = s->connect;
    struct pn_addr addr;
    Py_ssize_t len;
    const char *text = PyUnicode_AsUTF8AndSize(c->host, &len);
    if (text == NULL)
        return -1;
    if (pn_addr_parse_scoped(text, (size_t)len, &addr) < 0)
        return resolve(s, o);
    addr.port = c->port;
    c->addrs = PyMem_RawMalloc(sizeof(addr));
    if (c->addrs == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    c->addrs[0] = addr;
    c->count = 1;
    if (s->bound && pn_in_callback(s->d.em.st)) {
        pn_connect_try(s); /* at once, as Node, which has nothing to prepare for a bound handle */
        return 0;
    }
    return pn_tick(s->d.em.st, start_tick, (PyObject *)s, (void *)(uintptr_t)c->id);
}

static const struct pn_connect_ops connect_ops = {
    .done = pn_connect_done,
    .free = pn_connect_free,
    .cancel = pn_connect_cancel,
    .traverse = pn_connect_traverse,
};

static struct pn_connect *
new_connect(PnSocket *s, struct pn_endpoint *e, const struct pn_connect_options *o)
{
    PnState *st = s->d.em.st;
    struct pn_connect *c = PyMem_RawCalloc(1, sizeof(*c));
    PyObject *errors = PyList_New(0);
    if (c == NULL || errors == NULL) {
        PyMem_RawFree(c);
        Py_XDECREF(errors);
        PyErr_NoMemory();
        return NULL;
    }
    c->ops = &connect_ops;
    c->link = &st->connecting;
    c->next = st->connecting;
    if (c->next != NULL)
        c->next->link = &c->next;
    st->connecting = c;
    c->socket = s;
    c->errors = errors;
    c->id = ++st->connect_ids;
    c->port = e->port;
    c->path = Py_XNewRef(e->path);
    c->host = Py_NewRef(e->host != NULL ? e->host : st->names.localhost);
    c->local = o->local;
    c->local_port = o->local_port;
    c->auto_select = o->auto_select;
    c->race = o->race;
    c->attempt_delay = o->attempt_delay;
    pn_loop_timer_init(&c->timer, NULL, false);
    pn_loop_timer_init(&c->limit, on_limit, true);
    return c;
}

/* The socket is connecting or connected already: destroys it, the error is emitted. */
static int
refuse_busy(PnSocket *s)
{
    struct pn_where where = {.syscall = "connect"};
    PyObject *error = pn_uv_error(s->d.em.st, s->d.connecting ? UV_EALREADY : UV_EISCONN, &where);
    if (error == NULL)
        return -1;
    pn_duplex_destroy(&s->d, error);
    Py_DECREF(error);
    return pn_driver_ensure(s->d.em.st);
}

/* Restores the state before connect(); `handle_is_weak` is the value of that time. */
static void
take_back(PnSocket *s, bool handle_is_weak)
{
    pn_connect_free(s);
    if (!s->bound)
        pn_socket_close_handle_silently(s);
    s->d.connecting = 0;
    if (s->extras != NULL)
        pn_abort_detach(&s->extras->connect_abort);
    if (s->bound && handle_is_weak && !s->handle_is_weak) {
        s->handle_is_weak = 1;
        Py_DECREF(s);
    }
}

/* Opens a new handle, or owns that of the adopted BoundSocket. 0, or -1 with an exception. */
static int
open_handle(PnSocket *s)
{
    if (s->d.io == NULL)
        return pn_socket_open_handle(s, s->connect->path != NULL ? PN_STREAM_PIPE : PN_STREAM_TCP);
    pn_socket_own_by_handle(s);
    return 0;
}

static int
arm_limit(PnSocket *s, double seconds)
{
    uint64_t deadline = pn_timers_deadline(uv_hrtime(), seconds * 1e9);
    if (pn_loop_arm(s->d.em.st->loop, &s->connect->limit, deadline) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

/* The event of the listener that connect() takes: what it can use is the connection after the handshake. */
static PyObject *
event_of(const PnSocket *s, const struct pn_connect_options *o)
{
    const struct pn_names *n = &s->d.em.st->names;
    return o->tls != NULL ? n->secureConnect : n->connect;
}

/* Removes the listener that connect() has added, since connect() raises. Keeps the exception that is set. */
static void
take_listener_back(PnSocket *s, PyObject *event, PyObject *callback)
{
    PyObject *error = pn_take_exception();
    PyObject *self = PyObject_CallMethod((PyObject *)s, "off", "OO", event, callback);
    if (self == NULL)
        PyErr_WriteUnraisable((PyObject *)s);
    Py_XDECREF(self);
    (void)pn_raise(error);
}

static int
start(PnSocket *s, struct pn_endpoint *e, const struct pn_connect_options *o)
{
    PnState *st = s->d.em.st;
    if (pn_state_loop(st) == NULL)
        return -1;
    bool bound = pn_socket_waits(s);
    if (s->d.io != NULL && !bound)
        return refuse_busy(s);
    struct pn_connect *c = new_connect(s, e, o);
    if (c == NULL)
        return -1;
    /* If this fails we were re-entered: a garbage collection has run code that called connect() or destroy(). */
    if (bound ? !pn_socket_waits(s) : !pn_socket_reset(s)) {
        pn_connect_free_state(c);
        return refuse_busy(s);
    }
    if (o->signal != NULL && pn_extras_watch(s->extras, &s->extras->connect_abort, o->signal) > 0) {
        pn_connect_free_state(c);
        pn_mark_outside(&s->d.em);
        pn_duplex_destroy_steal(&s->d, pn_abort_error(st, pn_abort_reason(o->signal)));
        return pn_driver_ensure(st);
    }
    if (pn_connect_prepare_tls(s, o) < 0) {
        pn_connect_free_state(c);
        return -1;
    }
    s->connect = c;
    s->d.connecting = 1;
    s->failing = 0; /* an earlier connect() may have set it, and its listeners still be running */
    bool handle_is_weak = s->handle_is_weak;
    uint64_t id = c->id;
    if (open_handle(s) < 0 ||
        (e->callback != NULL && pn_add_listener(&s->d.em, event_of(s, o), e->callback, true, false) < 0)) {
        if (pn_connect_still(s, id))
            take_back(s, handle_is_weak);
        return -1;
    }
    pn_mark_outside(&s->d.em);
    if (!pn_connect_still(s, id))
        return pn_driver_ensure(st); /* a `newListener` listener has destroyed it */
    pn_idle_touch(&s->d);
    if (o->limit > 0 && arm_limit(s, o->limit) < 0) {
        take_back(s, handle_is_weak);
        return -1;
    }
    if (o->proxy_header != NULL && pn_connect_send_proxy(s, o->proxy_header) < 0) {
        take_back(s, handle_is_weak);
        return -1;
    }
    int status = c->path != NULL ? pn_connect_try_path(s) : start_tcp(s, o);
    if (status < 0) {
        if (o->proxy_header != NULL && pn_connect_still(s, id))
            pn_connect_take_proxy_back(s, o->proxy_header);
        if (pn_connect_still(s, id))
            take_back(s, handle_is_weak);
        if (e->callback != NULL)
            take_listener_back(s, event_of(s, o), e->callback);
        return -1;
    }
    return pn_driver_ensure(st);
}

/* --- arguments --- */

/* After PN_CONNECT_OPTIONS, the options of the constructor that connect() sets again. */
static const char *const connect_names[] = {
    PN_CONNECT_OPTIONS, "no_delay", "keep_alive",      "keep_alive_initial_delay",
    "block_list",       "signal",   "type_of_service", NULL,
};
enum {
    C_NO_DELAY = PN_CONNECT_OPTION_COUNT,
    C_KEEP_ALIVE,
    C_DELAY,
    C_BLOCK_LIST,
    C_SIGNAL,
    C_TOS,
    C_COUNT,
};

/* Checks the options first, then the call: nothing has changed if one of them is wrong. */
static int
check(PnSocket *s, struct pn_endpoint *e, PyObject **v, struct pn_connect_options *o)
{
    PnState *st = s->d.em.st;
    if (pn_endpoint_options(st, false, v[PN_C_PORT], v[PN_C_HOST], v[PN_C_PATH], e) < 0 ||
        pn_connect_read_proxy(s, &v[PN_C_PROXY_HEADER]) < 0 || pn_connect_read_options(st, v, o) < 0)
        return -1;
    if (v[PN_C_LISTENER] != NULL) {
        if (pn_check_callable(st, v[PN_C_LISTENER], "listener") < 0)
            return -1;
        Py_XSETREF(e->callback, Py_NewRef(v[PN_C_LISTENER]));
    }
    if (!e->has_port && e->path == NULL) {
        pn_raise_coded(PyExc_TypeError, "ERR_MISSING_ARGS",
                       "The \"options\" or \"port\" or \"path\" argument must be specified");
        return -1;
    }
    if (pn_socket_waits(s) && pn_connect_bound(s, NULL, e, o) < 0)
        return -1;
    if (e->host != NULL && e->path == NULL) {
        PyObject *bytes = pn_host_bytes(e->host);
        Py_XDECREF(bytes);
        if (bytes == NULL)
            return -1;
    }
    return pn_connect_read_tls(s, e, v, o);
}

int
pn_connect_with(PnSocket *s, struct pn_endpoint *e, PyObject **options, PyObject **v)
{
    struct pn_connect_options o = {0};
    PyObject *handle = options[PN_O_HANDLE];
    if (check(s, e, v, &o) < 0 || (handle != NULL && pn_connect_bound(s, handle, e, &o) < 0) ||
        pn_socket_begin(s, options) < 0) {
        Py_XDECREF(o.tls);
        return -1;
    }
    int status = s->aborted ? 0 : start(s, e, &o);
    Py_XDECREF(o.tls);
    if (status == 0)
        return 0;
    PyObject *error = pn_take_exception();
    pn_duplex_destroy(&s->d, NULL); /* closes what pn_socket_begin() has taken over */
    (void)pn_raise(error);
    return -1;
}

static int
connect_checked(PnSocket *s, struct pn_endpoint *e, PyObject **v, struct pn_connect_options *o)
{
    uint16_t delay = 0;
    PyObject *block_list = v[C_BLOCK_LIST];
    if (check(s, e, v, o) < 0 || pn_keep_alive_delay(v[C_DELAY], &delay) < 0)
        return -1;
    int no_delay = pn_arg_bool(v[C_NO_DELAY]);
    int keep_alive = no_delay < 0 ? -1 : pn_arg_bool(v[C_KEEP_ALIVE]);
    if (keep_alive < 0)
        return -1;
    if (block_list != NULL && pn_check_block_list(s->d.em.st, block_list, "options.block_list") < 0)
        return -1;
    if (v[C_SIGNAL] != NULL && pn_check_abort_signal(s->d.em.st, v[C_SIGNAL], "options.signal") < 0)
        return -1;
    uint8_t tos = 0;
    if (v[C_TOS] != NULL && pn_check_type_of_service(v[C_TOS], "options.type_of_service", &tos) < 0)
        return -1;
    if (s->aborted) {
        (void)pn_raise(s->d.errored != NULL ? Py_NewRef(s->d.errored) : pn_abort_error(s->d.em.st, Py_None));
        return -1;
    }
    o->signal = v[C_SIGNAL];
    struct pn_socket_extras *extras = NULL;
    if ((block_list != NULL || o->signal != NULL || v[C_TOS] != NULL) && (extras = pn_extras_of(s)) == NULL)
        return -1;
    if (no_delay)
        s->no_delay = 1;
    else if (v[C_NO_DELAY] != NULL && s->d.em.st->no_delay)
        s->no_delay = 0; /* against set_default_no_delay() */
    if (keep_alive) {
        s->keep_alive = 1;
        s->keep_alive_delay = delay;
    }
    if (v[C_TOS] != NULL)
        extras->type_of_service = tos;
    if (block_list != NULL)
        Py_XSETREF(extras->block_list, Py_NewRef(block_list));
    return start(s, e, o);
}

const char pn_connect_doc[] =
    "connect($self, /, *args, **options)\n--\n\n"
    "connect(port, host=\"localhost\", listener=None, /)\n"
    "connect(path, listener=None, /)\n"
    "connect(options, listener=None, /, **more)\n\n"
    "Starts to connect, and returns the socket. It connects to a port and a host, to a (host, port) pair, or to\n"
    "the path of a unix socket (\"\\0name\" is an abstract name). Options: port, host, path, family (0, 4, 6),\n"
    "hints, lookup, local_address, local_port, auto_select_family (bool), auto_select_family_attempt_timeout\n"
    "(ms), happy_eyeballs (\"race\" or \"serial\"), connect_timeout (seconds), proxy_header (a ProxyHeader), ssl (an\n"
    "ssl.SSLContext, or True) with server_hostname, session, handshake_timeout (seconds) and strict_end, block_list, "
    "signal, no_delay, keep_alive, keep_alive_initial_delay (ms), type_of_service. The listener is added "
    "with once(\"connect\"),\nwith ssl by once(\"secureConnect\").\n"
    "For a name, it tries the addresses of the name until one connects.\n\n"
    "Events: lookup, connectionAttempt, connectionAttemptFailed, connectionAttemptTimeout, connect, ready. On\n"
    "failure: error and close.\n\n"
    "Raises at once TypeError (ERR_MISSING_ARGS, ERR_INVALID_ARG_TYPE), ValueError (ERR_SOCKET_BAD_PORT,\n"
    "ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_INVALID_IP_ADDRESS), and an exception of the lookup function.\n"
    "Node: socket.connect().";

PyObject *
pn_socket_connect_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnSocket *s = PN_SOCKET(op);
    PnState *st = s->d.em.st;
    struct pn_endpoint e;
    PyObject *v[C_COUNT];
    if (pn_check_alive(&s->d.em) < 0 || pn_endpoint_parse(st, false, args, nargs, &e) < 0)
        return NULL;
    int status = pn_options("connect", connect_names, e.options, args + nargs, kwnames, v);
    if (status == 0) {
        struct pn_connect_options o = {0};
        status = connect_checked(s, &e, v, &o);
        Py_XDECREF(o.tls);
        pn_options_clear(v, C_COUNT);
    }
    pn_endpoint_clear(&e);
    return status < 0 ? NULL : Py_NewRef(op);
}
