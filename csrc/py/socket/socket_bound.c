/* socket_bound.c - the option `handle`: a socket adopts a BoundSocket, and waits for connect() with its handle.
 *
 * Owns: the waiting handle holds no reference to the socket (`handle_is_weak`): releasing the last reference to the
 *       socket closes it. */
#include "py/base/args.h"
#include "py/loop/driver.h"
#include "py/socket/bound_socket.h"
#include "py/socket/socket.h"

/* Opens the handle over the descriptor and gives it the file to unlink. The path stays the caller's. */
static int
open_over(PnSocket *s, struct pn_bound *b)
{
    int status;
    struct pn_stream *io = pn_stream_open(s->d.em.st->loop, b->kind, b->fd, &pn_socket_stream_events, s, &status);
    b->fd = -1;
    if (io != NULL && !pn_stream_own_file(io, &b->file)) {
        io->owner = NULL;
        pn_stream_close(io);
        io = NULL;
        status = UV_ENOMEM;
    }
    if (io == NULL) {
        pn_raise_uv(s->d.em.st, status, "open");
        return -1;
    }
    pn_socket_take_handle(s, io, b->kind);
    s->bound = s->handle_is_weak = 1;
    Py_DECREF(s); /* the handle's reference */
    return 0;
}

static int
keep_path(PnSocket *s, PyObject *path)
{
    struct pn_socket_extras *extras = pn_extras_of(s);
    PyObject *text = extras != NULL ? pn_path_text(path) : NULL;
    if (text == NULL)
        return -1;
    Py_XSETREF(extras->bound_path, text);
    return 0;
}

int
pn_socket_take_bound(PnSocket *s, PyObject *bound)
{
    PnState *st = s->d.em.st;
    struct pn_bound b;
    if (!pn_is_bound_socket(st, bound)) {
        pn_raise_arg_type("options.handle", "an instance of BoundSocket", bound);
        return -1;
    }
    if (s->d.io != NULL || s->connect != NULL || s->d.destroyed) {
        pn_raise_uv(st, s->d.destroyed ? UV_EBADF : UV_EISCONN, "open");
        return -1;
    }
    if (pn_state_loop(st) == NULL || pn_bound_adopt(st, bound, &b) < 0)
        return -1;
    int status = b.path != NULL ? keep_path(s, b.path) : 0;
    if (status == 0)
        status = open_over(s, &b);
    pn_bound_release(&b);
    return status;
}
