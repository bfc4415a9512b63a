/* socket_io.c - what a socket's stream tells it: pn_stream_events.
 *
 * Threads: called on the driving thread, within a turn; at exit (st->closed) only the C parts happen. */
#include "errors.h"
#include "socket.h"

/* From here on a read is taken for one of many: the next one lands in a bytes object at once. */
#define BIG_READ 32768

static void
on_alloc(struct pn_stream *io, char **base, size_t *len)
{
    PnSocket *s = io->owner;
    PnState *st = s->em.st;
    if (s->r != NULL && s->r->onread != NULL) {
        pn_onread_alloc(s, base, len);
        return;
    }
    PyObject **direct = &st->direct[io->read_class];
    if (*direct == NULL)
        *direct = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)*len);
    if (*direct == NULL)
        PyErr_Clear();
    else
        *base = PyBytes_AS_STRING(*direct);
}

static void
read_failed(PnSocket *s, int status)
{
    struct pn_where where = {.syscall = "read"};
    const struct pn_stream *io = s->io;
    PyObject *error = pn_uv_error(s->em.st, status, &where);
    if (s->io == io)
        pn_socket_destroy_steal(s, error);
    else if (error != NULL) /* a collection of garbage was faster: it may be another life by now */
        Py_DECREF(error);
    else
        PyErr_Clear();
}

static void
on_read(struct pn_stream *io, ssize_t nread, char *base)
{
    PnSocket *s = io->owner;
    PnState *st = s->em.st;
    if (nread > 0 && s->fast_dest != NULL && pn_pipe_fast(s, base, (size_t)nread))
        return;
    if (nread == 0 || st->closed || s->io != io)
        return;
    unsigned scope = pn_enter(st);
    Py_INCREF(s);
    pn_idle_touch(s);
    if (nread > 0) {
        s->bytes_read += (size_t)nread;
        io->own_buffer = (nread >= BIG_READ && s->pipes == NULL) || (s->r != NULL && s->r->onread != NULL);
        pn_readable_data(s, base, (size_t)nread);
    }
    else if (nread == UV_EOF) {
        io->reading = false;
        pn_readable_eof(s);
    }
    else {
        read_failed(s, (int)nread);
    }
    pn_leave(st, scope);
    Py_DECREF(s);
}

static void
on_connected(struct pn_stream *io, int status)
{
    PnSocket *s = io->owner;
    PnState *st = s->em.st;
    unsigned scope = pn_enter(st);
    Py_INCREF(s);
    pn_connect_done(s, io, status);
    pn_leave(st, scope);
    Py_DECREF(s);
}

static void
on_written(struct pn_stream *io, int status)
{
    PnSocket *s = io->owner;
    PnState *st = s->em.st;
    if (s->io != io && !s->destroyed)
        return; /* of an earlier life */
    unsigned scope = pn_enter(st);
    Py_INCREF(s);
    pn_idle_touch(s);
    pn_writable_written(s, status);
    pn_leave(st, scope);
    Py_DECREF(s);
}

static void
on_shut(struct pn_stream *io, int status)
{
    PnSocket *s = io->owner;
    PnState *st = s->em.st;
    if (s->io != io || st->closed || pn_is_dying(s)) /* dying: a handle that does not hold us */
        return;
    unsigned scope = pn_enter(st);
    Py_INCREF(s);
    pn_writable_shut(s, status);
    pn_leave(st, scope);
    Py_DECREF(s);
}

/* What another thread has caused since the last call, such as `error`, comes first. */
static void
close_in_order(PnState *st, PnSocket *s)
{
    unsigned generation = st->generation;
    if (st->depth == 1 && st->ticks.count > 0)
        pn_ticks_run(st);
    if (st->generation != generation)
        return;
    if (!st->loop->halted)
        pn_socket_close_tick(st, (PyObject *)s, NULL);
    else if (pn_tick(st, pn_socket_close_tick, (PyObject *)s, NULL) < 0)
        PyErr_WriteUnraisable((PyObject *)s);
}

static void
on_closed(struct pn_stream *io)
{
    PnSocket *s = io->owner; /* the handle's reference is ours now */
    PnState *st = s->em.st;
    io->owner = NULL;
    if (!st->closed) {
        unsigned scope = pn_enter(st);
        close_in_order(st, s);
        pn_leave(st, scope);
    }
    Py_DECREF(s);
}

const struct pn_stream_events pn_socket_stream_events = {
    .alloc = on_alloc,
    .read = on_read,
    .connected = on_connected,
    .written = on_written,
    .shut = on_shut,
    .closed = on_closed,
};
