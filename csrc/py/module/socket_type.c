/* socket_type.c - the Python type Socket (node:net's Socket): its methods, destroy(), pause(), resume().
 *
 * Owns:    see PnSocket in socket_object.h.
 * Threads: every function runs with the GIL held; the GIL is the loop's lock. Any thread may call any method. */
#include "py/base/args.h"
#include "py/connect/connect.h"
#include "py/events/waiting.h"
#include "py/loop/driver.h"
#include "py/module/functions.h"
#include "py/stream/duplex.h"
#include "py/stream/flushed.h"
#include "py/stream/read_slot.h"
#include "uvio/sockaddr.h"

/* --- methods --- */

static PyObject *
done(PyObject *op)
{
    PnSocket *s = PN_SOCKET(op);
    pn_mark_outside(&s->d.em);
    return pn_driver_ensure(s->d.em.st) < 0 ? NULL : Py_NewRef(op);
}

PyDoc_STRVAR(
    destroy_doc,
    "destroy($self, error=None, /)\n--\n\n"
    "Closes the connection at once. It tries once to send queued data; the callbacks of the rest get ECANCELED.\n"
    "Emits \"error\" if an error is given, then \"close\". Returns the socket. Raises TypeError\n"
    "(ERR_INVALID_ARG_TYPE) if error is not an exception. Node: socket.destroy().");

static PyObject *
socket_destroy(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const char *const names[] = {"error", NULL};
    PyObject *a[1];
    if (pn_check_alive(&PN_SOCKET(op)->d.em) < 0 || pn_unpack("destroy", names, 0, args, nargs, kwnames, a) < 0)
        return NULL;
    if (a[0] == Py_None)
        a[0] = NULL;
    if (a[0] != NULL && !PyExceptionInstance_Check(a[0]))
        return pn_raise_arg_type("error", "an exception", a[0]);
    PnState *st = PN_SOCKET(op)->d.em.st;
    if (pn_state_loop(st) == NULL)
        return NULL;
    pn_duplex_destroy(&PN_SOCKET(op)->d, a[0]);
    return done(op);
}

PyDoc_STRVAR(destroy_soon_doc,
             "destroy_soon($self, /)\n--\n\n"
             "Calls end() if the writable half is open, and destroys the socket when everything has been written.\n"
             "Node: socket.destroySoon().");

PyDoc_STRVAR(
    close_doc,
    "close($self, /)\n--\n\n"
    "Like destroy_soon(), but the peer gets everything that was sent. If there is unread input, closing would\n"
    "cause a reset. So close() first reads and drops up to 1 MiB, for at most `linger` seconds. Returns None.");

static PyObject *
socket_destroy_soon(PyObject *op, PyObject *unused)
{
    (void)unused;
    if (pn_check_alive(&PN_SOCKET(op)->d.em) < 0 || pn_state_loop(PN_SOCKET(op)->d.em.st) == NULL)
        return NULL;
    pn_writable_destroy_soon(&PN_SOCKET(op)->d);
    PyObject *self = done(op);
    Py_XDECREF(self);
    if (self == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
socket_close(PyObject *op, PyObject *unused)
{
    if (pn_check_alive(&PN_SOCKET(op)->d.em) < 0 || pn_socket_prepare_close(PN_SOCKET(op)) < 0)
        return NULL;
    return socket_destroy_soon(op, unused);
}

PyDoc_STRVAR(
    pause_doc,
    "pause($self, /)\n--\n\n"
    "Stops \"data\" until resume(), and returns the socket. Emits \"pause\". Reading stops at the high-water mark.\n"
    "Node: socket.pause().");

static PyObject *
socket_pause(PyObject *op, PyObject *unused)
{
    (void)unused;
    if (pn_check_alive(&PN_SOCKET(op)->d.em) < 0 || pn_readable_pause(&PN_SOCKET(op)->d) < 0)
        return NULL;
    return done(op);
}

PyDoc_STRVAR(resume_doc,
             "resume($self, /)\n--\n\n"
             "Starts the flow again, and returns the socket. Without a \"data\" listener, data is thrown away. Emits\n"
             "\"resume\" in the next tick. Node: socket.resume().");

static PyObject *
socket_resume(PyObject *op, PyObject *unused)
{
    (void)unused;
    if (pn_check_alive(&PN_SOCKET(op)->d.em) < 0 || pn_state_loop(PN_SOCKET(op)->d.em.st) == NULL)
        return NULL;
    pn_readable_resume(&PN_SOCKET(op)->d);
    return done(op);
}

PyDoc_STRVAR(is_paused_doc, "is_paused($self, /)\n--\n\n"
                            "True after pause(), until resume(). Also True while there is a \"readable\" listener.\n"
                            "Node: readable.isPaused().");

static PyObject *
socket_is_paused(PyObject *op, PyObject *unused)
{
    (void)unused;
    return PyBool_FromLong(pn_readable_is_paused(&PN_SOCKET(op)->d));
}

PyDoc_STRVAR(
    address_doc,
    "address($self, /)\n--\n\n"
    "Returns AddressInfo(address, port, family) of our end. Returns None if the socket is not connected, or is\n"
    "a unix socket. For a socket with the path of a BoundSocket it is AddressInfo(path, None, None).\n"
    "Node: socket.address().");

static PyObject *
socket_address(PyObject *op, PyObject *unused)
{
    (void)unused;
    return pn_socket_own_address(PN_SOCKET(op));
}

PyDoc_STRVAR(fileno_doc, "fileno($self, /)\n--\n\n"
                         "Returns the file descriptor, or -1 if there is none. It belongs to pynet: don't close it.");

static PyObject *
socket_fileno(PyObject *op, PyObject *unused)
{
    (void)unused;
    PnSocket *s = PN_SOCKET(op);
    return PyLong_FromLong(s->d.io != NULL && s->d.em.generation == s->d.em.st->generation ? pn_stream_fd(s->d.io)
                                                                                           : -1);
}

static PyObject *
set_ref(PyObject *op, bool referenced)
{
    PnSocket *s = PN_SOCKET(op);
    if (pn_check_alive(&s->d.em) < 0)
        return NULL;
    s->unref = !referenced;
    if (s->d.io != NULL)
        pn_stream_ref(s->d.io, referenced);
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

/* --- tables --- */

#define KW(name, f, doc) {name, PN_FASTCALL(f), METH_FASTCALL | METH_KEYWORDS, doc}

static PyMethodDef socket_methods[] = {
    KW("connect", pn_socket_connect_method, pn_connect_doc),
    KW("write", pn_duplex_write_method, pn_write_doc),
    KW("end", pn_duplex_end_method, pn_end_doc),
    KW("destroy", socket_destroy, destroy_doc),
    {"destroy_soon", socket_destroy_soon, METH_NOARGS, destroy_soon_doc},
    {"close", socket_close, METH_NOARGS, close_doc},
    {"reset_and_destroy", pn_socket_reset_and_destroy_method, METH_NOARGS, pn_reset_and_destroy_doc},
    {"__reduce_ex__", pn_reduce_handle, METH_O, NULL},
    {"detach", pn_socket_detach_method, METH_NOARGS, pn_detach_doc},
    {"pause", socket_pause, METH_NOARGS, pause_doc},
    {"resume", socket_resume, METH_NOARGS, resume_doc},
    KW("read", pn_duplex_read_method, pn_read_doc),
    KW("unshift", pn_duplex_unshift_method, pn_unshift_doc),
    KW("set_encoding", pn_duplex_set_encoding_method, pn_set_encoding_doc),
    {"writelines", pn_duplex_writelines_method, METH_O, pn_writelines_doc},
    {"cork", pn_duplex_cork_method, METH_NOARGS, pn_cork_doc},
    {"uncork", pn_duplex_uncork_method, METH_NOARGS, pn_uncork_doc},
    KW("set_default_encoding", pn_duplex_set_default_encoding_method, pn_set_default_encoding_doc),
    {"is_paused", socket_is_paused, METH_NOARGS, is_paused_doc},
    KW("pipe", pn_duplex_pipe_method, pn_pipe_doc),
    {"unpipe", PN_FASTCALL(pn_duplex_unpipe_method), METH_FASTCALL, pn_unpipe_doc},
    PN_WAITING_SOCKET_ROWS,
    KW("drain", pn_duplex_drain_method, pn_drain_doc),
    KW("flush", pn_duplex_flush_method, pn_flush_doc),
    KW("read_until", pn_duplex_read_until_method, pn_read_until_doc),
    KW("read_exactly", pn_duplex_read_exactly_method, pn_read_exactly_doc),
    KW("set_timeout", pn_duplex_set_timeout_method, pn_set_socket_timeout_doc),
    KW("set_read_timeout", pn_duplex_set_read_timeout_method, pn_set_read_timeout_doc),
    KW("set_no_delay", pn_socket_set_no_delay_method, pn_set_no_delay_doc),
    KW("set_keep_alive", pn_socket_set_keep_alive_method, pn_set_keep_alive_doc),
    KW("set_option", pn_socket_set_option_method, pn_set_option_doc),
    KW("get_option", pn_socket_get_option_method, pn_get_option_doc),
    KW("set_type_of_service", pn_socket_set_type_of_service_method, pn_set_type_of_service_doc),
    {"get_type_of_service", pn_socket_get_type_of_service_method, METH_NOARGS, pn_get_type_of_service_doc},
    {"address", socket_address, METH_NOARGS, address_doc},
    {"fileno", socket_fileno, METH_NOARGS, fileno_doc},
    {"ref", socket_ref, METH_NOARGS,
     "ref($self, /)\n--\n\n"
     "The socket keeps run() from returning, which is the default. Node: socket.ref()."},
    {"unref", socket_unref, METH_NOARGS,
     "unref($self, /)\n--\n\n"
     "The socket does not keep run() from returning. A connect in progress still does. Node: socket.unref()."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot socket_slots[] = {
    {Py_tp_doc,
     "Socket(options=None, /, **more)\n--\n\n"
     "One end of a TCP connection or of a unix socket connection. Options: allow_half_open, high_water_mark\n"
     "(bytes, for both halves), readable_high_water_mark, writable_high_water_mark, max_write_buffer (bytes; a\n"
     "larger queue is \"error\" ERR_WRITE_BUFFER_FULL), encoding, default_encoding, onread ({buffer, callback}),\n"
     "no_delay, keep_alive, keep_alive_initial_delay (ms), type_of_service (0 to 255), block_list (a BlockList),\n"
     "signal (an AbortSignal), fd (a descriptor of a TCP connection, unix socket or pipe, which pynet takes\n"
     "over; Socket(number) is the same) with readable and writable (True), handle (a BoundSocket), receive_handles\n"
     "(this unix socket gets \"handle\" of the peer's send_handle(), and no \"data\"). Node: class net.Socket."},
    {Py_tp_new, pn_socket_new},
    {Py_tp_init, pn_socket_init},
    {Py_tp_repr, pn_socket_repr},
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
