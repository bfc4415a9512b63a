/* listen_fd.c - listen() on an existing socket: the option fd, an object with a fileno(), a BoundSocket.
 *
 * Owns: a duplicate of an object's descriptor. A bare number is taken over: it is duplicated as well, and closed
 *       when the server listens, so that a listen() that fails has changed nothing. 0, 1 and 2 stay open: otherwise
 *       the next file that is opened would become standard input. */
#include <float.h>
#include <limits.h>

#include "py/base/args.h"
#include "py/server/listen_request.h"
#include "py/socket/bound_socket.h"
#include "uvio/fd.h"
#include "uvio/handles.h"
#include "uvio/user_fd.h"

/* --- taking --- */

static void
duplicate(int fd, struct pn_listen *l)
{
    int copy = pn_user_fd_dup(fd);
    l->form = PN_LISTEN_FD;
    if (copy >= 0)
        l->fd = copy;
    else
        l->fd_status = copy == UV_EBADF ? UV_EINVAL : copy;
}

int
pn_listen_take_number(PnState *st, PyObject *obj, struct pn_listen *l)
{
    double value;
    if (pn_arg_number(obj, "options.fd", &value) < 0)
        return -1;
    if (!(value >= 0 && value <= DBL_MAX)) {
        pn_raise_arg_value("options.fd", "must be a file descriptor, a number >= 0", obj);
        return -1;
    }
    l->form = PN_LISTEN_FD;
    l->fd_status = UV_EINVAL;
    if (value > INT_MAX || value != (double)(int)value)
        return 0;
    int fd = (int)value;
    if ((st->loop != NULL && pn_handles_have_fd(st->loop, fd)) || pn_bound_has_fd(st, fd)) {
        l->fd_status = UV_EEXIST;
        return 0;
    }
    l->fd_status = 0;
    duplicate(fd, l);
    l->taken_fd = l->fd >= 0 ? fd : -1;
    return 0;
}

/* The descriptor of `obj`: the result of its fileno(), else its attribute `fd`. New reference; NULL with an
 * exception. */
static PyObject *
ask(PyObject *obj, const char *name)
{
    PyObject *method, *value;
    int found = pn_attribute(obj, "fileno", &method);
    if (found > 0) {
        value = PyObject_CallNoArgs(method);
        Py_DECREF(method);
        return value;
    }
    if (found < 0)
        return NULL;
    if (pn_attribute(obj, "fd", &value) != 0)
        return value;
    return pn_raise_arg_value(name, "must be a BoundSocket, or an object with a fileno() or the attribute \"fd\"", obj);
}

int
pn_listen_take_handle(PnState *st, PyObject *obj, const char *name, struct pn_listen *l)
{
    if (pn_is_bound_socket(st, obj)) {
        if (pn_bound_check(st, obj) < 0)
            return -1;
        l->form = PN_LISTEN_BOUND;
        l->bound = Py_NewRef(obj);
        return 0;
    }
    PyObject *value = ask(obj, name);
    if (value == NULL)
        return -1;
    if (!PyLong_Check(value) || PyBool_Check(value)) {
        pn_raise_arg_type(name, "an object whose descriptor is an int", value);
        Py_DECREF(value);
        return -1;
    }
    int overflow;
    long fd = PyLong_AsLongAndOverflow(value, &overflow);
    Py_DECREF(value);
    if (fd < 0 || fd > INT_MAX || overflow != 0) {
        pn_raise_arg_value(name, "must have an open descriptor", obj);
        return -1;
    }
    duplicate((int)fd, l);
    return 0;
}

/* --- listening --- */

/* Puts the path of a unix socket into `*out`, as a str; NULL for TCP and for a socket without a path. 0, or -1. */
static int
path_of(int fd, enum pn_stream_kind kind, PyObject **out)
{
    char buf[PN_PATH_SIZE];
    *out = NULL;
    size_t len = kind == PN_STREAM_PIPE ? pn_path_of(fd, buf, sizeof(buf)) : 0;
    if (len > 0)
        *out = PyUnicode_DecodeFSDefaultAndSize(buf, (Py_ssize_t)len);
    return len > 0 && *out == NULL ? -1 : 0;
}

int
pn_listen_on_fd(PnState *st, struct pn_listen *l)
{
    enum pn_stream_kind kind = PN_STREAM_TCP;
    int status = l->fd_status;
    if (status == 0)
        status = pn_user_fd_listenable(l->fd, &kind);
    if (status == 0 && path_of(l->fd, kind, &l->outcome.first.path) < 0)
        return -1;
    if (status == 0)
        l->outcome.first.listener = pn_listener_fd(st->loop, l->fd, kind, l->backlog, &status);
    if (l->outcome.first.listener != NULL)
        l->fd = -1;
    else
        l->outcome.error = pn_listen_error(st, status, NULL, NULL);
    return l->outcome.first.listener != NULL || l->outcome.error != NULL ? 0 : -1;
}

void
pn_listen_close_taken(struct pn_listen *l)
{
    if (l->taken_fd > PN_LAST_STANDARD_FD && pn_user_fd_same(l->taken_fd, l->outcome.first.listener->fd))
        pn_fd_close(l->taken_fd);
}

/* Gives the file the mode and the group while the BoundSocket has it: if that fails, it still has it. 0 with or without
 * an error in the outcome, or -1 with an exception. */
static int
set_access(PnState *st, struct pn_listen *l)
{
    if (l->needs_path == NULL)
        return 0;
    int status = pn_bound_set_access(l->bound, &l->access);
    if (status == 0)
        return 0;
    PyObject *path = pn_bound_path(l->bound);
    if (path != NULL)
        l->outcome.error = pn_access_error(st, status, &l->access, path);
    Py_XDECREF(path);
    return l->outcome.error != NULL ? 0 : -1;
}

int
pn_listen_on_bound(PnState *st, struct pn_listen *l)
{
    struct pn_bound bound;
    int status;
    if (pn_bound_check(st, l->bound) < 0 || set_access(st, l) < 0)
        return -1;
    if (l->outcome.error != NULL)
        return 0;
    if (pn_bound_adopt(st, l->bound, &bound) < 0)
        return -1;
    PyObject *path = bound.path != NULL ? pn_path_text(bound.path) : NULL;
    if (bound.path != NULL && path == NULL) {
        pn_bound_release(&bound);
        return -1;
    }
    l->outcome.first.path = path;
    l->outcome.first.listener = pn_listener_fd(st->loop, bound.fd, bound.kind, l->backlog, &status);
    if (l->outcome.first.listener == NULL) {
        l->outcome.error = pn_listen_error(st, status, NULL, l->outcome.first.path);
    }
    else {
        bound.fd = -1;
        l->outcome.first.listener->file = bound.file;
        bound.file.path = NULL;
    }
    pn_bound_release(&bound);
    return l->outcome.first.listener != NULL || l->outcome.error != NULL ? 0 : -1;
}
