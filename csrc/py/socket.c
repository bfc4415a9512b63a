/* socket.c - the Socket type: node:net's Socket.
 *
 * Owns:    see PnSocket in socket.h.
 * Threads: every function runs with the GIL held; the GIL is the loop's lock. Any thread may call any method. */

#include "socket.h"
#include "../uvio/sockaddr.h"
#include "args.h"
#include "driver.h"
#include "encoding.h"
#include "errors.h"
#include "server.h"
#include "waiting.h"

/* --- options --- */

static int
bytes_option(PyObject *obj, const char *name, uint32_t *out)
{
    double value;
    if (obj == NULL)
        return 0;
    if (pn_arg_number(obj, name, &value) < 0)
        return -1;
    if (!(value >= 0 && value <= 2147483647) || value != (double)(uint32_t)value) {
        pn_raise_arg_value(name, "is invalid", obj);
        return -1;
    }
    *out = (uint32_t)value;
    return 0;
}

int
pn_high_water_mark(PyObject *obj, uint32_t *out)
{
    return bytes_option(obj, "options.highWaterMark", out);
}

int
pn_max_write_buffer(PyObject *obj, uint32_t *out)
{
    return bytes_option(obj, "options.max_write_buffer", out);
}

uint16_t
pn_keep_alive_seconds(double ms)
{
    /* Linux takes no more than 32767. */
    return ms >= 65535000 ? UINT16_MAX : ms > 0 ? (uint16_t)(ms / 1000) : 0;
}

int
pn_keep_alive_delay(PyObject *obj, uint16_t *out)
{
    double ms;
    if (obj == NULL)
        return 0;
    if (pn_arg_number(obj, "options.keepAliveInitialDelay", &ms) < 0)
        return -1;
    *out = pn_keep_alive_seconds(ms);
    return 0;
}

static int
encoding_option(PyObject *obj, enum pn_encoding *out)
{
    return obj == NULL ? 0 : pn_encoding_lookup(obj, out);
}

int
pn_socket_apply_options(PnSocket *s, PyObject **v)
{
    uint32_t both = s->em.st->default_mark, max = UINT32_MAX;
    uint16_t delay = 0;
    enum pn_encoding encoding = PN_UTF8, default_encoding = PN_UTF8;
    int half_open = pn_arg_bool(v[PN_O_HALF_OPEN]);
    int no_delay = half_open < 0 ? -1 : pn_arg_bool(v[PN_O_NO_DELAY]);
    int keep_alive = no_delay < 0 ? -1 : pn_arg_bool(v[PN_O_KEEP_ALIVE]);
    if (keep_alive < 0 || pn_high_water_mark(v[PN_O_MARK], &both) < 0)
        return -1;
    uint32_t read_mark = both, write_mark = both;
    /* As in Node, the one for both wins. */
    if (v[PN_O_MARK] == NULL && (bytes_option(v[PN_O_READ_MARK], "options.readableHighWaterMark", &read_mark) < 0 ||
                                 bytes_option(v[PN_O_WRITE_MARK], "options.writableHighWaterMark", &write_mark) < 0))
        return -1;
    if (pn_max_write_buffer(v[PN_O_MAX_WRITE], &max) < 0 || pn_keep_alive_delay(v[PN_O_DELAY], &delay) < 0 ||
        encoding_option(v[PN_O_ENCODING], &encoding) < 0 ||
        encoding_option(v[PN_O_DEFAULT_ENCODING], &default_encoding) < 0)
        return -1;
    /* The last ones that may fail, and nothing else has been changed. */
    if ((v[PN_O_ONREAD] != NULL && pn_onread_set(s, v[PN_O_ONREAD]) < 0) ||
        (v[PN_O_ENCODING] != NULL && pn_readable_set_encoding(s, encoding) < 0))
        return -1;
    s->allow_half_open = half_open != 0;
    s->no_delay = no_delay != 0;
    s->keep_alive = keep_alive != 0;
    s->read_mark = read_mark;
    s->write_mark = write_mark;
    s->max_write_buffer = max;
    s->keep_alive_delay = delay;
    s->default_encoding = (unsigned)default_encoding & 7;
    return 0;
}

static const char *const option_names[] = {PN_SOCKET_OPTIONS, NULL};

static int
socket_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    PyObject *v[PN_SOCKET_OPTION_COUNT];
    PyObject *mapping = NULL;
    if (!PyArg_UnpackTuple(args, "Socket", 0, 1, &mapping))
        return -1;
    if (mapping == Py_None)
        mapping = NULL;
    if (mapping != NULL && !pn_is_options(mapping)) {
        pn_raise_arg_type("options", "a mapping", mapping);
        return -1;
    }
    if (pn_options_dict("Socket", option_names, mapping, kwargs, v) < 0)
        return -1;
    int status = pn_socket_apply_options(PN_SOCKET(op), v);
    pn_options_clear(v, PN_SOCKET_OPTION_COUNT);
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
                            "True after pause(), until resume(); also while a \"readable\" listener takes the place of "
                            "flowing.\nNode: readable.isPaused().");

static PyObject *
socket_is_paused(PyObject *op, PyObject *unused)
{
    (void)unused;
    return PyBool_FromLong(pn_readable_is_paused(PN_SOCKET(op)));
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
    uint16_t seconds = pn_keep_alive_seconds(ms);
    bool changed = s->keep_alive != (unsigned)on || (on && seconds != s->keep_alive_delay);
    s->keep_alive = on != 0;
    s->keep_alive_delay = seconds;
    if (changed && s->io != NULL && s->connected)
        (void)pn_stream_set_keep_alive(s->io, on, seconds);
    return Py_NewRef(op);
}

PyDoc_STRVAR(
    address_doc,
    "address($self, /)\n--\n\n"
    "AddressInfo(address, port, family) of our end, or None when it is not connected or a unix socket. With the path\n"
    "of a BoundSocket it is AddressInfo(path, None, None). Node: socket.address().");

static PyObject *
socket_address(PyObject *op, PyObject *unused)
{
    (void)unused;
    return pn_socket_own_address(PN_SOCKET(op));
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

/* --- repr --- */

static PyObject *
socket_repr(PyObject *op)
{
    PnSocket *s = PN_SOCKET(op);
    struct pn_addr local, peer;
    char here[PN_ADDR_TEXT + 24], there[PN_ADDR_TEXT + 24];
    const char *name = Py_TYPE(op)->tp_name;
    PyObject *state = s->destroyed ? s->em.st->names.closed : pn_socket_ready_state(s);
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

static PyMethodDef socket_methods[] = {
    KW("connect", pn_socket_connect_method, pn_connect_doc),
    KW("write", pn_socket_write_method, pn_write_doc),
    KW("end", pn_socket_end_method, pn_end_doc),
    KW("destroy", socket_destroy, destroy_doc),
    {"destroy_soon", socket_destroy_soon, METH_NOARGS, destroy_soon_doc},
    {"pause", socket_pause, METH_NOARGS, pause_doc},
    {"resume", socket_resume, METH_NOARGS, resume_doc},
    KW("read", pn_socket_read_method, pn_read_doc),
    KW("unshift", pn_socket_unshift_method, pn_unshift_doc),
    KW("set_encoding", pn_socket_set_encoding_method, pn_set_encoding_doc),
    {"writelines", pn_socket_writelines_method, METH_O, pn_writelines_doc},
    {"cork", pn_socket_cork_method, METH_NOARGS, pn_cork_doc},
    {"uncork", pn_socket_uncork_method, METH_NOARGS, pn_uncork_doc},
    KW("set_default_encoding", pn_socket_set_default_encoding_method, pn_set_default_encoding_doc),
    {"is_paused", socket_is_paused, METH_NOARGS, is_paused_doc},
    KW("pipe", pn_socket_pipe_method, pn_pipe_doc),
    {"unpipe", PN_FASTCALL(pn_socket_unpipe_method), METH_FASTCALL, pn_unpipe_doc},
    PN_WAITING_SOCKET_ROWS,
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

static PyType_Slot socket_slots[] = {
    {Py_tp_doc,
     "Socket(options=None, /, **more)\n--\n\n"
     "A TCP connection or a unix socket. Options: allow_half_open, high_water_mark (bytes, for both halves),\n"
     "readable_high_water_mark, writable_high_water_mark, max_write_buffer (bytes; over it: \"error\"\n"
     "ERR_WRITE_BUFFER_FULL), encoding, default_encoding, onread ({buffer, callback}), no_delay, keep_alive,\n"
     "keep_alive_initial_delay (ms). Node: class net.Socket."},
    {Py_tp_new, pn_socket_new},
    {Py_tp_init, socket_init},
    {Py_tp_repr, socket_repr},
    {Py_tp_iter, pn_waiting_iter_slot},
    {Py_am_aiter, pn_waiting_aiter_slot},
    {Py_tp_traverse, pn_socket_traverse},
    {Py_tp_clear, pn_socket_clear},
    {Py_tp_dealloc, pn_socket_dealloc},
    {Py_tp_methods, socket_methods},
    {Py_tp_getset, pn_socket_getset},
    {0, NULL},
};

PyType_Spec pn_socket_spec = {
    .name = "pynet.Socket",
    .basicsize = sizeof(PnSocket),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = socket_slots,
};
