/* duplex_events.c - handles the events of a socket's handle (struct pn_stream_events): bytes, the peer's end, read
 * errors, completions of write and shutdown. Decides whether a chunk goes to `onread`, into the read queue, to pipes or
 * to `data`.
 *
 * Threads: called on the driving thread, within a turn; at exit (st->closed) only the C parts run. */
#include "py/stream/duplex.h"
#include "py/stream/duplex_errors.h"
#include "py/stream/filter.h"

/* A read of at least this size counts as one of many: the next one lands directly in a bytes object. */
#define BIG_READ 32768

void
pn_duplex_on_alloc(struct pn_stream *io, char **base, size_t *len)
{
    PnDuplex *s = io->owner;
    PnState *st = s->em.st;
    if (io->filter != NULL)
        return; /* it copies what comes: the loop's memory will do */
    if (s->r != NULL && s->r->reader != NULL) {
        s->r->reader->alloc(s, base, len);
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

/* Decides where a chunk goes: to the user's buffer, into the queue, to the pipes, or to the listeners of `data`. */
static void
dispatch(PnDuplex *s, char *base, size_t len)
{
    if (s->r != NULL && s->r->reader != NULL) {
        s->r->reader->data(s, len);
        return;
    }
    if (s->flowing != PN_FLOWING_TRUE || (s->r != NULL && (s->r->q.count > 0 || s->r->decoding))) {
        pn_readable_keep(s, base, len);
        return;
    }
    s->need_readable = 1; /* what Node's read(0) after each chunk does */
    if (s->io != NULL)
        s->io->read_big = true;
    if (s->pipes != NULL && !s->em.st->loop->halted && pn_pipe_only(s)) {
        s->did_read = 1;
        pn_pipe_data(s, base, len);
        return;
    }
    pn_readable_emit_chunk(s, base, len);
}

void
pn_duplex_deliver(PnDuplex *s, char *base, size_t len)
{
    if (s->fast_dest != NULL && pn_pipe_fast(s, base, len))
        return;
    s->bytes_read += len;
    dispatch(s, base, len);
}

void
pn_duplex_on_read(struct pn_stream *io, ssize_t nread, char *base)
{
    PnDuplex *s = io->owner;
    PnState *st = s->em.st;
    if (nread > 0 && s->fast_dest != NULL && io->filter == NULL && pn_pipe_fast(s, base, (size_t)nread))
        return;
    if (nread == 0 || st->closed || s->io != io)
        return;
    unsigned scope = pn_callback_scope_open(st);
    Py_INCREF(s);
    pn_idle_touch_read(s);
    if (io->filter != NULL) {
        pn_filter_of(s)->ops->received(s, nread, base);
    }
    else if (nread > 0) {
        s->bytes_read += (size_t)nread;
        io->own_buffer = (nread >= BIG_READ && s->pipes == NULL) || (s->r != NULL && s->r->reader != NULL);
        dispatch(s, base, (size_t)nread);
    }
    else if (nread == UV_EOF) {
        io->reading = false;
        pn_readable_eof(s);
    }
    else {
        pn_duplex_read_failed(s, (int)nread);
    }
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
}

void
pn_duplex_on_readable(struct pn_stream *io)
{
    PnDuplex *s = io->owner;
    PnState *st = s->em.st;
    if (st->closed || s->io != io || s->r == NULL || s->r->reader == NULL || s->r->reader->readable == NULL)
        return;
    unsigned scope = pn_callback_scope_open(st);
    Py_INCREF(s);
    pn_idle_touch_read(s);
    s->r->reader->readable(s);
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
}

void
pn_duplex_on_written(struct pn_stream *io, int status)
{
    PnDuplex *s = io->owner;
    PnState *st = s->em.st;
    if (s->io != io && !s->destroyed && io->filter == NULL)
        return; /* of a previous connection */
    unsigned scope = pn_callback_scope_open(st);
    Py_INCREF(s);
    pn_idle_touch(s);
    if (io->filter != NULL)
        ((struct pn_filter *)io->filter)->ops->written(s, io, status);
    else
        pn_writable_written(s, status);
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
}

void
pn_duplex_on_shutdown(struct pn_stream *io, int status)
{
    PnDuplex *s = io->owner;
    PnState *st = s->em.st;
    if (s->io != io || st->closed || pn_is_dying(s)) /* dying: the handle holds no reference to us */
        return;
    unsigned scope = pn_callback_scope_open(st);
    Py_INCREF(s);
    pn_writable_shutdown_done(s, status);
    pn_callback_scope_close(st, scope);
    Py_DECREF(s);
}

void
pn_duplex_run_early(PnDuplex *s, PyObject *name)
{
    struct pn_names *n = &s->em.st->names;
    if (name != n->connect && name != n->close)
        return;
    if (name == n->close && !s->destroyed && s->wq != NULL && s->wq->before_connect)
        return; /* of an earlier connection: the markers are of the next one, which has not connected yet */
    pn_early_unmark(s);
    if (name == n->close)
        pn_duplex_fail_writes(s);
    else if (s->io != NULL && s->connected)
        pn_writable_connected(s);
    else if (s->destroyed)
        pn_duplex_fail_early(s);
}
