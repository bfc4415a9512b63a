/* server_shared.c - servers whose sockets several processes use. In the primary of a cluster: a server that does not accept,
 * or hands on what it accepts. In a worker: connections that the primary has accepted. */
#include <limits.h>

#include "py/base/args.h"
#include "py/loop/driver.h"
#include "py/loop/tick.h"
#include "py/server/listen_request.h"
#include "py/server/server.h"
#include "py/socket/bound_socket.h"
#include "uvio/fd.h"
#include "uvio/handles.h"
#include "uvio/user_fd.h"

/* --- in the primary --- */

/* _server_share(server, accept): before listen(): the server will listen, and accept nothing itself (None), or call
 * accept(fd, index) on the loop for each connection, which then owns the descriptor. */
PyObject *
pn_server_share(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_server_share(server, accept)");
    PnServer *s = pn_server_check(module, args[0]);
    if (s == NULL || (args[1] != Py_None && pn_check_callable(s->em.st, args[1], "accept") < 0))
        return NULL;
    if (s->listener != NULL || s->places != NULL) {
        (void)pn_raise_already_listening(s->em.st);
        return NULL;
    }
    s->held_back = args[1] == Py_None;
    Py_XSETREF(s->share, Py_NewRef(args[1]));
    Py_RETURN_NONE;
}

/* _server_fds(server): a list of duplicates of the descriptors that it listens on, close-on-exec. */
PyObject *
pn_server_fds(PyObject *module, PyObject *op)
{
    PnServer *s = pn_server_check(module, op);
    PyObject *list = s != NULL ? PyList_New(0) : NULL;
    struct pn_listener *l;
    for (size_t i = 0; list != NULL && (l = pn_server_listener(s, i, NULL)) != NULL; i++) {
        int fd = l->fd >= 0 ? pn_user_fd_dup(l->fd) : UV_EBADF;
        PyObject *number = fd >= 0 ? PyLong_FromLong(fd) : pn_raise_uv(s->em.st, fd, "dup");
        if (number == NULL || PyList_Append(list, number) < 0) {
            if (fd >= 0)
                pn_fd_close(fd);
            for (Py_ssize_t j = 0; j < PyList_GET_SIZE(list); j++)
                pn_fd_close((int)PyLong_AsLong(PyList_GET_ITEM(list, j)));
            Py_CLEAR(list);
        }
        Py_XDECREF(number);
    }
    return list;
}

/* _server_accepting(server, on): pauses the server, or starts it again. */
PyObject *
pn_server_accepting(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    int on = nargs == 2 ? PyObject_IsTrue(args[1]) : -1;
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_server_accepting(server, on)");
    PnServer *s = on >= 0 ? pn_server_check(module, args[0]) : NULL;
    if (s == NULL)
        return NULL;
    s->held_back = !on || s->share == Py_None;
    pn_server_watch(s);
    if (pn_driver_ensure(s->em.st) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* _server_hold(server, n): one more connection of the server lives in another process (1), or one less (-1). They count in
 * get_connections(), and `close` waits for them. */
PyObject *
pn_server_hold(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    double n;
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_server_hold(server, n)");
    PnServer *s = pn_server_check(module, args[0]);
    if (s == NULL || pn_arg_number(args[1], "n", &n) < 0)
        return NULL;
    if ((n != 1 && n != -1) || (n < 0 && s->elsewhere == 0) || (n > 0 && s->elsewhere == UINT32_MAX))
        return pn_raise_range("n", "1, or -1 for a connection that was counted", args[1]);
    if (n > 0)
        s->elsewhere++;
    else
        pn_server_gone_elsewhere(s);
    if (pn_driver_ensure(s->em.st) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* --- in a worker --- */

/* Takes the connection over: true; else it is the caller's. */
static int
deliver(PnServer *s, struct pn_listener *l, int fd)
{
    PnState *st = s->em.st;
    struct pn_addr peer;
    if (l == NULL || l->sharing != PN_SHARED_DELIVERED || l->paused || l->dead || st->loop->halted)
        return 0;
    int status = pn_listener_delivered(l, fd, &peer);
    if (status == UV_ENOTCONN) { /* the peer has gone already */
        pn_listener_refuse(fd);
        return 1;
    }
    if (status == 0 && fd <= PN_LAST_STANDARD_FD) { /* libuv would not close it */
        int copy = pn_user_fd_dup(fd);
        status = copy < 0 ? copy : 0;
        if (copy >= 0) {
            pn_fd_close(fd);
            fd = copy;
        }
    }
    if (status != 0) {
        (void)pn_raise_uv(st, status, "accept");
        return -1;
    }
    (void)pn_server_accepted(l, fd, &peer);
    return 1;
}

/* _accept_fd(server, index, fd): a connection to a listener in the mode "rr" that the primary has accepted. On the loop, as
 * accept() is. True: the server has taken the descriptor; False: it is closed, paused or full, and the descriptor is the
 * caller's. */
PyObject *
pn_accept_fd(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    long index, fd;
    if (nargs != 3)
        return PyErr_Format(PyExc_TypeError, "_accept_fd(server, index, fd)");
    PnServer *s = pn_server_check(module, args[0]);
    if (s == NULL || pn_arg_int(args[1], "index", 0, INT_MAX, ">= 0", &index) < 0 ||
        pn_arg_int(args[2], "fd", 0, INT_MAX, ">= 0", &fd) < 0)
        return NULL;
    if (!pn_in_callback(st))
        return PyErr_Format(PyExc_RuntimeError, "_accept_fd() must be called on the loop");
    if (pn_handles_have_fd(st->loop, (int)fd) || pn_bound_has_fd(st, (int)fd))
        return pn_raise_arg_value("fd", "must be a descriptor that pynet does not have yet", args[2]);
    int taken = deliver(s, pn_server_listener(s, (size_t)index, NULL), (int)fd);
    return taken < 0 ? NULL : PyBool_FromLong(taken);
}
