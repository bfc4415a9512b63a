/* socket_fd.c - the options fd, readable and writable: a socket over a user's descriptor.
 *
 * The descriptor is checked, duplicated and closed; libuv never gets a number that other code may close. */
#include "py/base/args.h"
#include "py/loop/driver.h"
#include "py/socket/bound_socket.h"
#include "py/socket/socket.h"
#include "py/socket/socket_checks.h"
#include "py/stream/duplex.h"
#include "uvio/handles.h"
#include "uvio/user_fd.h"

static int
check_kind(int fd, enum pn_stream_kind *kind)
{
    const char *what = NULL;
    if (pn_user_fd_kind(fd, kind, &what) == 0)
        return 0;
    pn_raise_coded(PyExc_ValueError, "ERR_INVALID_FD_TYPE", "Unsupported fd type: %s", what);
    return -1;
}

int
pn_socket_check_fd(PnSocket *s, PyObject *obj)
{
    PnState *st = s->d.em.st;
    enum pn_stream_kind kind;
    int fd;
    if (pn_check_fd(obj, &fd) < 0 || check_kind(fd, &kind) < 0)
        return -1;
    if (pn_state_loop(st) == NULL)
        return -1;
    if (pn_handles_have_fd(st->loop, fd) || pn_bound_has_fd(st, fd)) {
        pn_raise_uv(st, UV_EEXIST, "open");
        return -1;
    }
    if (s->d.io == NULL && !s->d.connecting && !s->d.destroyed && !s->d.ending)
        return 0;
    pn_raise_uv(st, UV_EISCONN, "open"); /* __init__() was called again */
    return -1;
}

/* connect() was not called by the next tick: the socket reads, and what read(2) reports is its error. */
static void
unconnected_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(self);
    if ((void *)s->d.io != arg || !pn_socket_waits(s))
        return;
    s->bound = 0;
    if (pn_user_fd_is_listening(pn_stream_fd(s->d.io))) {
        struct pn_where where = {.syscall = "read"};
        PyObject *error = pn_uv_error(st, s->is_pipe ? UV_EINVAL : UV_ENOTCONN, &where);
        if ((void *)s->d.io == arg)
            pn_duplex_destroy_steal(&s->d, error);
        else if (error != NULL) /* re-entered: the handle has changed */
            Py_DECREF(error);
        else
            PyErr_Clear();
        return;
    }
    s->d.connected = s->d.was_connected = 1;
    pn_writable_connected(&s->d);
    pn_readable_connected(&s->d);
}

static int
flags_of(PyObject **v, bool *readable, bool *writable)
{
    int r = v[PN_O_READABLE] != NULL ? pn_arg_bool(v[PN_O_READABLE]) : 1;
    int w = r < 0 ? -1 : v[PN_O_WRITABLE] != NULL ? pn_arg_bool(v[PN_O_WRITABLE]) : 1;
    *readable = r > 0;
    *writable = w > 0;
    return w < 0 ? -1 : 0;
}

int
pn_socket_take_fd(PnSocket *s, PyObject **v)
{
    PnState *st = s->d.em.st;
    enum pn_stream_kind kind;
    bool readable, writable;
    int fd, status;
    /* Checks again: user code may have run since the options were checked. */
    if (flags_of(v, &readable, &writable) < 0 || pn_socket_check_fd(s, v[PN_O_FD]) < 0 ||
        pn_check_fd(v[PN_O_FD], &fd) < 0 || check_kind(fd, &kind) < 0)
        return -1;
    struct pn_stream *io = pn_user_fd_take(st->loop, kind, fd, &pn_socket_stream_events, s, &status);
    if (io == NULL) {
        pn_raise_uv(st, status, "open");
        return -1;
    }
    pn_socket_take_handle(s, io, kind);
    if (!readable)
        s->d.r_ended = s->d.end_emitted = 1;
    if (!writable)
        s->d.ending = s->d.final_called = s->d.finished = 1;
    bool there = kind == PN_STREAM_PIPE ? !pn_user_fd_is_listening(pn_stream_fd(io)) : pn_stream_peer(io, &io->peer);
    if (there) {
        s->d.connected = s->d.was_connected = 1;
        s->d.can_send = writable;
    }
    else {
        io->peer.family = 0;
        s->bound = 1;
    }
    pn_socket_set_wire_options(s);
    if (v[PN_O_TOS] != NULL)
        (void)pn_stream_set_tos(io, s->extras->type_of_service);
    pn_mark_outside(&s->d.em);
    if (there)
        pn_readable_poll(&s->d);
    else if (pn_tick(st, unconnected_tick, (PyObject *)s, io) < 0)
        pn_duplex_destroy_steal(&s->d, NULL);
    return pn_driver_ensure(st);
}
