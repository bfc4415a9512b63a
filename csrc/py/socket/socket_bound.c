/* socket_bound.c - a socket that adopts a BoundSocket: it has a handle, and waits for connect().
 *
 * Owns: while it waits, its handle holds no reference to it (`unheld`): who forgets such a socket closes it. */
#include "py/base/args.h"
#include "py/socket/bound_socket.h"
#include "py/connect/connect.h"
#include "py/base/errors.h"

/* The handle, its descriptor and the file. The path stays the caller's. */
static int
open_over(PnSocket *s, struct pn_bound *b)
{
    int status;
    struct pn_stream *io = pn_stream_open(s->em.st->loop, b->kind, b->fd, &pn_socket_stream_events, s, &status);
    b->fd = -1;
    if (io != NULL && !pn_stream_own_file(io, &b->file)) {
        io->owner = NULL;
        pn_stream_close(io);
        io = NULL;
        status = UV_ENOMEM;
    }
    if (io == NULL) {
        pn_raise_uv(s->em.st, status, "open");
        return -1;
    }
    pn_socket_take_handle(s, io, b->kind);
    s->bound = s->unheld = 1;
    Py_DECREF(s); /* the handle's reference */
    return 0;
}

static int
keep_path(PnSocket *s, PyObject *path)
{
    struct pn_rare *rare = pn_rare_of(s);
    PyObject *text = rare != NULL ? pn_path_text(path) : NULL;
    if (text == NULL)
        return -1;
    Py_XSETREF(rare->bound_path, text);
    return 0;
}

int
pn_socket_take_bound(PnSocket *s, PyObject *bound)
{
    PnState *st = s->em.st;
    struct pn_bound b;
    if (!pn_is_bound_socket(st, bound)) {
        pn_raise_arg_type("options.handle", "an instance of BoundSocket", bound);
        return -1;
    }
    if (s->io != NULL || s->connect != NULL || s->destroyed) {
        pn_raise_uv(st, s->destroyed ? UV_EBADF : UV_EISCONN, "open");
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

void
pn_socket_hold(PnSocket *s)
{
    if (!s->unheld)
        return;
    s->unheld = 0;
    Py_INCREF(s);
}

void
pn_socket_let_go(PnSocket *s)
{
    struct pn_stream *io = s->io;
    if (!s->unheld || io == NULL || s->em.generation != s->em.st->generation)
        return;
    s->io = NULL;
    s->unheld = 0;
    io->owner = NULL;
    pn_stream_close(io);
}

int
pn_connect_bound(PnSocket *s, PyObject *handle, const struct pn_endpoint *e, struct pn_connect_options *o)
{
    const char *wrong = NULL;
    struct pn_addr local = {0};
    bool is_pipe = s->is_pipe;
    if (handle != NULL)
        pn_bound_describe(handle, &is_pipe, &local.family);
    else
        (void)pn_socket_local(s, &local);
    if (o->local.family != 0 || o->local_port != 0)
        wrong = "local_address and local_port cannot be used with an adopted BoundSocket";
    else if (is_pipe && e->path == NULL)
        wrong = "a BoundSocket with a path connects to a path only";
    else if (!is_pipe && e->path != NULL)
        wrong = "a BoundSocket with an address connects to a port only";
    if (wrong != NULL) {
        pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE", "The argument 'options': %s", wrong);
        return -1;
    }
    o->auto_select = false; /* there is one handle */
    if (o->lookup == NULL && o->family == 0)
        o->family = local.family; /* it can reach no other */
    return 0;
}
