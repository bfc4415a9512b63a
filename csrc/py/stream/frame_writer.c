/* frame_writer.c - sends frames with descriptors over a unix socket: core/frame.h has their form. */

#include "core/frame.h"
#include "py/base/args.h"
#include "py/loop/driver.h"
#include "py/stream/duplex.h"
#include "py/stream/frames.h"
#include "uvio/fd.h"
#include "uvio/user_fd.h"

/* A new bytes object with header and message. */
static PyObject *
frame_of(uint8_t kind, bool has_fd, const Py_buffer *message)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, PN_FRAME_HEADER + message->len);
    if (bytes == NULL)
        return NULL;
    char *to = PyBytes_AS_STRING(bytes);
    pn_frame_header((unsigned char *)to, (size_t)message->len, kind, has_fd ? PN_FRAME_HAS_FD : 0);
    if (PyBuffer_ToContiguous(to + PN_FRAME_HEADER, message, message->len, 'C') < 0)
        Py_CLEAR(bytes);
    return bytes;
}

/* Whether the stream takes frames, or refuses them as any write. */
static int
check_stream(PnDuplex *s)
{
    bool over = s->destroyed || s->ending || s->errored != NULL;
    bool open = s->io != NULL && (s->connected || s->connecting);
    if (!over && !open) {
        pn_raise_uv(s->em.st, UV_ENOTCONN, "sendmsg");
        return -1;
    }
    if (open && (s->io->kind != PN_STREAM_PIPE || pn_user_fd_is_fifo(pn_stream_fd(s->io)))) {
        pn_raise_coded(PyExc_TypeError, "ERR_INVALID_HANDLE_TYPE", "Only a unix socket carries handles");
        return -1;
    }
    return 0;
}

PyObject *
pn_check_channel(PyObject *module, PyObject *sock)
{
    PnState *st = pn_state_of_module(module);
    if (!PN_IS_DUPLEX(st, sock))
        return pn_raise_arg_type("sock", "an instance of Socket", sock);
    PnDuplex *s = PN_DUPLEX(sock);
    if (pn_check_alive(&s->em) < 0)
        return NULL;
    if (s->destroyed || s->errored != NULL)
        return pn_raise_net(st, "ERR_STREAM_DESTROYED", "Cannot call send_handle after a stream was destroyed");
    if (s->ending)
        return pn_raise_net(st, "ERR_STREAM_WRITE_AFTER_END", "write after end");
    if (check_stream(s) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* As pn_writable_write(); takes over `*fd`, and sets it to -1 then. */
static int
send_frame(PnDuplex *s, PyObject *bytes, int *fd, PyObject *callback)
{
    int own = *fd;
    bool refused = s->destroyed || s->ending || s->errored != NULL;
    if (own < 0 || refused)
        return pn_writable_write(s, bytes, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes), callback);
    *fd = -1;
    return pn_writable_write_fd(s, bytes, own, callback);
}

static PyObject *
checked_send(PnState *st, PyObject *const *args, int *fd)
{
    PyObject *callback = args[4] != Py_None ? args[4] : NULL;
    Py_buffer message;
    long kind = PyLong_AsLong(args[1]);
    if (kind == -1 && PyErr_Occurred())
        return NULL;
    if (kind < 0 || kind > 255)
        return pn_raise_range("kind", ">= 0 && <= 255", args[1]);
    if (!PN_IS_DUPLEX(st, args[0]))
        return pn_raise_arg_type("sock", "an instance of Socket", args[0]);
    PnDuplex *s = PN_DUPLEX(args[0]);
    if (callback != NULL && pn_check_callable(st, callback, "callback") < 0)
        return NULL;
    if (!PyObject_CheckBuffer(args[2]))
        return pn_raise_arg_type("message", "a bytes-like object", args[2]);
    if (PyObject_GetBuffer(args[2], &message, PyBUF_FULL_RO) < 0)
        return NULL;
    bool fits = message.len <= PN_FRAME_LONGEST;
    PyObject *bytes = fits ? frame_of((uint8_t)kind, *fd >= 0, &message) : NULL;
    PyBuffer_Release(&message);
    if (!fits)
        return pn_raise_range("message", "at most 65536 bytes", args[2]);
    bool ready = bytes != NULL && pn_check_alive(&s->em) == 0 && check_stream(s) == 0 && pn_duplex_after_write(s) == 0;
    int below = ready ? send_frame(s, bytes, fd, callback) : -1;
    Py_XDECREF(bytes);
    if (below < 0)
        return NULL;
    if (pn_duplex_after_write(s) < 0)
        PyErr_Clear(); /* the driver is there since before */
    return PyBool_FromLong(below);
}

PyObject *
pn_send_frame(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 5)
        return PyErr_Format(PyExc_TypeError, "_send_frame(sock, kind, message, fd, callback)");
    long number = PyLong_AsLong(args[3]);
    if (number == -1 && PyErr_Occurred())
        return NULL;
    if (number < -1 || number > INT_MAX)
        return pn_raise_range("fd", ">= -1 && <= 2147483647", args[3]);
    int fd = (int)number;
    PyObject *result = checked_send(pn_state_of_module(module), args, &fd);
    if (fd >= 0)
        pn_fd_close(fd);
    return result;
}
