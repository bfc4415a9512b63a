/* socket_travels.c - a socket that is sent to another process, and one that has arrived: see pynet/_handles.py.
 *
 * What travels beside the descriptor are settings; nothing that has been read or waits to be sent may be left. */

#include "py/loop/driver.h"
#include "py/socket/socket.h"
#include "py/stream/duplex.h"
#include "py/stream/encoding.h"
#include "uvio/fd.h"
#include "uvio/user_fd.h"

/* The bytes of the header of the PROXY protocol as a str, each a character: they travel in JSON. None if it has none. */
static PyObject *
header_of(const PnSocket *s)
{
    const struct pn_proxy_note *note = s->extras != NULL ? s->extras->proxy : NULL;
    if (note == NULL)
        Py_RETURN_NONE;
    return PyUnicode_DecodeLatin1((const char *)note->bytes, (Py_ssize_t)note->len, NULL);
}

/* (is_pipe, allow_half_open, read mark, write mark, max_write_buffer, no_delay, keep_alive, keep_alive_delay, encoding,
 * strictly, default encoding, ended, header) */
static PyObject *
settings_of(const PnSocket *s)
{
    bool decoding = s->d.r != NULL && s->d.r->decoding;
    const char *encoding = decoding ? pn_encoding_name((enum pn_encoding)s->d.r->decoder.encoding) : NULL;
    return Py_BuildValue("iikkkiikzisiN", s->is_pipe, s->d.allow_half_open, (unsigned long)s->d.read_mark,
                         (unsigned long)s->d.write_mark, (unsigned long)s->d.max_write_buffer, s->no_delay,
                         s->keep_alive, (unsigned long)s->keep_alive_delay, encoding,
                         decoding && s->d.r->decoder.strict, pn_encoding_name((enum pn_encoding)s->d.default_encoding),
                         s->d.finished, header_of(s));
}

PyObject *
pn_socket_lend(PyObject *module, PyObject *socket)
{
    PnState *st = pn_state_of_module(module);
    if (!PyObject_TypeCheck(socket, st->Socket))
        return pn_raise_arg_type("handle", "an instance of Socket", socket);
    PnSocket *s = PN_SOCKET(socket);
    if (pn_check_alive(&s->d.em) < 0 || pn_state_loop(st) == NULL ||
        pn_socket_check_detachable(s, "sent", "sendmsg") < 0)
        return NULL;
    int fd = pn_user_fd_dup(pn_stream_fd(s->d.io));
    if (fd < 0)
        return pn_raise_uv(st, fd, "dup");
    PyObject *settings = settings_of(s);
    PyObject *both = settings != NULL ? Py_BuildValue("iN", fd, settings) : NULL;
    if (both == NULL)
        pn_fd_close(fd);
    return both;
}

/* --- arriving --- */

static int
check_fd(PnState *st, int fd, enum pn_stream_kind kind)
{
    enum pn_stream_kind found;
    const char *what = "listening socket";
    if (pn_user_fd_kind(fd, &found, &what) == 0 && found == kind && !pn_user_fd_is_fifo(fd) &&
        !pn_user_fd_is_listening(fd))
        return 0;
    pn_raise_net(st, "ERR_IPC_INVALID_FRAME", "The descriptor that came is not that of a connection");
    return -1;
}

/* `*note` becomes that of the header, NULL for None. 0, or -1 with an exception: a ValueError if it is not a header. */
static int
take_header(PyObject *header, struct pn_proxy_note **note)
{
    struct pn_proxy_header h;
    const char *reason = "";
    *note = NULL;
    if (header == Py_None)
        return 0;
    PyObject *bytes = PyUnicode_AsLatin1String(header); /* a TypeError or a ValueError for anything else */
    if (bytes == NULL)
        return -1;
    const uint8_t *data = (const uint8_t *)PyBytes_AS_STRING(bytes);
    size_t len = (size_t)PyBytes_GET_SIZE(bytes);
    if (pn_proxy_parse(data, len, &h, &reason) < 0)
        PyErr_Format(PyExc_ValueError, "header: %s", reason);
    else if ((*note = pn_proxy_note_new(&h, data, len)) == NULL)
        PyErr_NoMemory();
    Py_DECREF(bytes);
    return *note != NULL ? 0 : -1;
}

static PyObject *
arrive(PnState *st, int *fd, PyObject *settings)
{
    struct pn_connection_options o = {0};
    struct pn_proxy_note *note;
    PyObject *header;
    int is_pipe, half_open, no_delay, keep_alive, ended;
    unsigned long read_mark, write_mark, max_write, delay;
    if (!PyTuple_Check(settings))
        return pn_raise_arg_type("settings", "a tuple", settings);
    if (!PyArg_ParseTuple(settings, "iikkkiikiO", &is_pipe, &half_open, &read_mark, &write_mark, &max_write, &no_delay,
                          &keep_alive, &delay, &ended, &header))
        return NULL;
    enum pn_stream_kind kind = is_pipe ? PN_STREAM_PIPE : PN_STREAM_TCP;
    if (pn_state_loop(st) == NULL || check_fd(st, *fd, kind) < 0 || take_header(header, &note) < 0)
        return NULL;
    o.high_water_mark = (uint32_t)read_mark;
    o.max_write_buffer = (uint32_t)max_write;
    o.allow_half_open = half_open != 0;
    o.no_delay = no_delay != 0;
    o.keep_alive = keep_alive != 0;
    o.keep_alive_delay = (uint16_t)delay;
    int own = *fd;
    *fd = -1;
    struct pn_accepted c = {.kind = kind, .fd = own, .proxy = note};
    PnSocket *s = pn_socket_accept(st, NULL, &o, &c);
    if (s == NULL)
        return NULL;
    s->d.write_mark = (uint32_t)write_mark;
    if (ended) {
        s->d.ending = s->d.final_called = s->d.finished = 1;
        s->d.can_send = false;
    }
    pn_mark_outside(&s->d.em);
    if (pn_driver_ensure(st) < 0) {
        Py_DECREF(s);
        return NULL;
    }
    return (PyObject *)s;
}

PyObject *
pn_socket_arrives(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    int fd = nargs == 2 ? (int)PyLong_AsLong(args[0]) : -1;
    if (fd < 0)
        return PyErr_Format(PyExc_TypeError, "_socket_arrives(fd, settings)");
    PyObject *s = arrive(pn_state_of_module(module), &fd, args[1]);
    if (fd >= 0)
        pn_fd_close(fd);
    return s;
}
