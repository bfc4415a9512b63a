/* socket_detach.c - detach(): hands the connection over to a socket.socket; refuses if unsent or unread bytes would be
 * lost. */

#include "py/loop/driver.h"
#include "py/socket/socket.h"
#include "py/stream/duplex.h"
#include "py/stream/filter.h"
#include "uvio/fd.h"
#include "uvio/platform.h"
#include "uvio/user_fd.h"

int
pn_socket_check_detachable(PnSocket *s, const char *verb, const char *method)
{
    PnState *st = s->d.em.st;
    if (s->d.io == NULL || !s->d.connected || s->d.destroyed || s->d.write_failed) {
        pn_raise_uv(st, UV_ENOTCONN, method);
        return -1;
    }
    if (pn_user_fd_is_fifo(pn_stream_fd(s->d.io))) {
        pn_raise_coded(PyExc_TypeError, "ERR_INVALID_HANDLE_TYPE", "A pipe is not a socket: it cannot be %s", verb);
        return -1;
    }
    if (pn_is_filtered(&s->d)) {
        pn_raise_coded(PyExc_TypeError, "ERR_INVALID_HANDLE_TYPE",
                       "An encrypted socket cannot be %s: only this socket can decrypt what comes", verb);
        return -1;
    }
    pn_writable_flush(&s->d);
    if (pn_writable_length(&s->d) > 0 || s->d.write_failed || (s->d.ending && !s->d.finished)) {
        pn_raise_net(st, "ERR_SOCKET_UNSENT_DATA",
                     "The socket cannot be %s: %zu bytes wait to be sent. Wait for \"%s\" first", verb,
                     pn_writable_length(&s->d), s->d.ending ? "finish" : "drain");
        return -1;
    }
    size_t held = s->d.r != NULL && s->d.r->decoding ? s->d.r->decoder.held : 0;
    if (pn_readable_length(&s->d) + held > 0) {
        pn_raise_net(st, "ERR_SOCKET_UNREAD_DATA",
                     "The socket cannot be %s: %zu bytes have been read from the system and would be lost. Get "
                     "them with read() first",
                     verb, pn_readable_length(&s->d) + held);
        return -1;
    }
    return 0;
}

/* Makes a socket.socket over `fd`; closes `fd` on failure. */
static PyObject *
make_socket(int fd)
{
    PyObject *module = PyImport_ImportModule("socket");
    PyObject *type = module != NULL ? PyObject_GetAttrString(module, "socket") : NULL;
    PyObject *args = type != NULL ? PyTuple_New(0) : NULL;
    PyObject *kwargs = args != NULL ? Py_BuildValue("{s:i}", "fileno", fd) : NULL;
    PyObject *sock = kwargs != NULL ? PyObject_Call(type, args, kwargs) : NULL;
    Py_XDECREF(module);
    Py_XDECREF(type);
    Py_XDECREF(args);
    Py_XDECREF(kwargs);
    if (sock == NULL)
        pn_fd_close(fd);
    return sock;
}

/* Keeps the exception that is set. */
static void
close_socket(PyObject *sock)
{
    PyObject *error = pn_take_exception();
    PyObject *result = PyObject_CallMethod(sock, "close", NULL);
    Py_XDECREF(result);
    PyErr_Clear();
    Py_DECREF(sock);
    (void)pn_raise(error);
}

const char pn_detach_doc[] =
    "detach($self, /)\n--\n\n"
    "Returns the connection as a blocking socket.socket, which belongs to the caller. This socket is destroyed,\n"
    "but the connection stays open. Emits \"close\". No data is lost: if data waits to be sent\n"
    "(ERR_SOCKET_UNSENT_DATA), if data was read and not consumed (ERR_SOCKET_UNREAD_DATA; read() returns it),\n"
    "or if the socket is not connected (ENOTCONN), it raises NetError and changes nothing. Raises TypeError\n"
    "(ERR_INVALID_HANDLE_TYPE) for a pipe, and for an encrypted socket.";

PyObject *
pn_socket_detach_method(PyObject *op, PyObject *unused)
{
    PnSocket *s = PN_SOCKET(op);
    PnState *st = s->d.em.st;
    (void)unused;
    if (pn_check_alive(&s->d.em) < 0 || pn_state_loop(st) == NULL ||
        pn_socket_check_detachable(s, "detached", "detach") < 0)
        return NULL;
    if (!PN_HAS_UNIX_SOCKETS && s->is_pipe)
        return pn_raise_unavailable(st, "detach() of a named pipe");
    int fd = pn_user_fd_dup(pn_stream_fd(s->d.io));
    if (fd < 0)
        return pn_raise_uv(st, fd, "detach");
    PyObject *sock = make_socket(fd);
    if (sock == NULL)
        return NULL;
    /* make_socket() ran Python code: another thread may have run, the loop may have read, and the socket may have
     * another connection. */
    int status = pn_check_alive(&s->d.em) < 0 ? -1 : pn_socket_check_detachable(s, "detached", "detach");
    if (status == 0 && !pn_user_fd_same(fd, pn_stream_fd(s->d.io))) {
        pn_raise_uv(st, UV_ENOTCONN, "detach");
        status = -1;
    }
    if (status < 0) {
        close_socket(sock);
        return NULL;
    }
    pn_duplex_destroy(&s->d, NULL);
    pn_mark_outside(&s->d.em);
    PyObject *result = PyObject_CallMethod(sock, "settimeout", "O", Py_None);
    Py_XDECREF(result);
    if (result == NULL || pn_driver_ensure(st) < 0) {
        close_socket(sock);
        return NULL;
    }
    return sock;
}
