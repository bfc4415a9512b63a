/* destroy.c - destroy(): emits `error`, then `close`. Node's destroy() and autoDestroy.
 *
 * Answers the callbacks of writes that libuv does not have. A write that libuv has is cancelled when the handle closes:
 * pn_writable_written() in writable.c answers it, with ECANCELED. */
#include "py/events/emitter.h"
#include "py/loop/diagnostics.h"
#include "py/stream/duplex.h"
#include "py/stream/duplex_errors.h"
#include "py/stream/filter.h"
#include "py/stream/read_direct.h"
#include "py/stream/writes.h"

/* --- pending callbacks --- */

/* The error for the pending callbacks of a destroyed socket; a MemoryError when there is no memory. New reference. */
PyObject *
pn_duplex_cancelled_error(PnDuplex *s)
{
    PyObject *error;
    if (s->was_connecting)
        error = pn_duplex_error(s, "ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
                                "Socket closed before the connection was established");
    else if (s->wq != NULL && s->wq->first == NULL && s->wq->q.count == 0)
        error = pn_duplex_error(s, "ERR_STREAM_DESTROYED", "Cannot call end after a stream was destroyed");
    else
        error = pn_duplex_uv_error(s, UV_ECANCELED, "write");
    return error != NULL ? error : pn_take_exception();
}

void
pn_duplex_fail_writes(PnDuplex *s)
{
    PyObject *first = NULL;
    if (s->wq == NULL || !s->destroyed)
        return;
    bool lost = s->was_connecting ? s->wq->before_connect : s->wq->q.count > 0;
    if (!lost && s->wq->first == NULL && s->wq->on_finish == NULL) {
        pn_writes_fail(s, NULL, NULL);
        return;
    }
    first = pn_duplex_cancelled_error(s);
    if (lost && s->errored == NULL)
        s->errored = Py_XNewRef(first); /* as Node: what waited is lost; without an `error` event */
    PyObject *rest = s->errored != NULL ? Py_NewRef(s->errored) : Py_XNewRef(first);
    pn_writes_fail(s, first, rest);
    Py_XDECREF(first);
    Py_XDECREF(rest);
}

void
pn_duplex_fail_early(PnDuplex *s)
{
    PyObject *error = s->wq != NULL ? pn_duplex_error(s, "ERR_SOCKET_CLOSED", "Socket is closed") : NULL;
    if (error == NULL || !s->destroyed) {
        PyErr_Clear(); /* `close` answers them */
        Py_XDECREF(error);
        return;
    }
    if (s->errored == NULL)
        s->errored = Py_NewRef(error);
    pn_writes_fail(s, error, s->errored);
    Py_DECREF(error);
}

/* --- close and error --- */

void
pn_duplex_finish(PnDuplex *s, bool current)
{
    PnState *st = s->em.st;
    if (!s->finish_due)
        return;
    s->finish_due = 0;
    if (current)
        s->finished = 1;
    PyObject *on_finish = s->wq != NULL ? s->wq->on_finish : NULL;
    if (on_finish != NULL) {
        s->wq->on_finish = NULL;
        pn_writes_tidy(s);
        pn_writes_call_all(s, on_finish, NULL);
    }
    if (s->end_emitted && current)
        pn_duplex_ops_of(s)->both_over(s);
    if (s->piped_from != NULL)
        pn_duplex_ops_of(s)->sink_finishing(s);
    (void)pn_emit0(&s->em, st->names.finish);
    if (s->piped_from != NULL)
        pn_duplex_ops_of(s)->sink_gone(s);
}

static void
emit_close(PnDuplex *s, PyObject *had_error)
{
    (void)pn_emit_cycle(&s->em, PN_CYCLE_CLOSE, had_error);
    pn_publish(s->em.st, "pynet.socket.close", "socket", (PyObject *)s, "had_error", had_error);
}

void
pn_duplex_close_now(PnDuplex *s, uint32_t tag)
{
    PyObject *had_error = (tag & 1) != 0 ? Py_True : Py_False;
    if (tag >> 1 != s->em.connection || !s->destroyed) { /* of an earlier connection */
        pn_duplex_finish(s, false);
        emit_close(s, had_error);
        return;
    }
    bool before = !s->was_connecting;
    pn_duplex_finish(s, true);
    if (s->piped_from != NULL)
        pn_duplex_ops_of(s)->sink_gone(s);
    if (before)
        pn_duplex_fail_writes(s);
    if (tag >> 1 == s->em.connection && s->destroyed)
        s->close_emitted = 1;
    emit_close(s, had_error);
    if (!before)
        pn_duplex_fail_writes(s);
}

static void
close_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    pn_duplex_close_now(PN_DUPLEX(self), (uint32_t)(uintptr_t)arg);
}

static void
emit_error(PnDuplex *s, PyObject *error)
{
    if (s->piped_from != NULL)
        pn_duplex_ops_of(s)->sink_gone(s);
    if (s->destroyed)
        s->error_emitted = 1;
    (void)pn_emit_cycle(&s->em, PN_CYCLE_ERROR, error);
}

static void
error_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    emit_error(PN_DUPLEX(PyTuple_GET_ITEM(self, 0)), PyTuple_GET_ITEM(self, 1));
}

/* The same without memory for the tuple: the error is `errored`, if the socket has not connected again. */
static void
errored_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    (void)st;
    if ((uint16_t)(uintptr_t)arg != s->em.connection || !s->destroyed || s->errored == NULL)
        return;
    PyObject *error = Py_NewRef(s->errored);
    emit_error(s, error);
    Py_DECREF(error);
}

/* `both` (own) is the tuple (socket, error), or NULL if there was no memory for it. */
static void
emit_error_soon(PnDuplex *s, PyObject *both)
{
    if (both != NULL)
        pn_tick_sure(s->em.st, error_tick, both, NULL, 2);
    else
        pn_tick_sure(s->em.st, errored_tick, (PyObject *)s, (void *)(uintptr_t)s->em.connection, 2);
    Py_XDECREF(both);
}

/* Makes the argument of error_tick before any state changes: the allocation may run the garbage collector, and with it
 * user code and other threads. `close` must not come before `error`, and the error must not reach the next connection.
 * False: re-entered, the state has changed. */
static bool
prepare_error(PnDuplex *s, PyObject *error, PyObject **both)
{
    const struct pn_stream *io = s->io;
    *both = error != NULL ? PyTuple_Pack(2, (PyObject *)s, error) : NULL;
    if (error != NULL && *both == NULL)
        PyErr_Clear(); /* see emit_error_soon() */
    if (!s->destroyed && s->io == io && s->em.generation == s->em.st->generation)
        return true;
    Py_CLEAR(*both);
    return false;
}

/* --- destroy() --- */

#define PN_LINGER_BYTES ((size_t)1 << 20)

void
pn_duplex_close_soon(PnDuplex *s, uint32_t tag)
{
    pn_tick_sure(s->em.st, close_tick, (PyObject *)s, (void *)(uintptr_t)tag, 1);
}

static void
count_destroyed(const PnDuplex *s, bool failed)
{
    struct pn_counters *counters = &s->em.st->counters;
    counters->connect_failed += s->was_connecting && failed;
    counters->bytes_read += s->bytes_read;
    counters->bytes_written += s->bytes_written;
}

/* Sends what the kernel accepts now. False: a filter has let another thread run, which has destroyed the stream. */
static bool
send_last(PnDuplex *s)
{
    struct pn_stream *io = s->io;
    if (!pn_is_filtered(s)) {
        pn_writes_try_last(s);
        return true;
    }
    if (s->wq != NULL && !s->wq->busy && s->connected && !s->write_failed && pn_writes_unheld(s) > 0)
        pn_filter_of(s)->ops->flush(s);
    return !s->destroyed && s->io == io && s->em.generation == s->em.st->generation;
}

void
pn_duplex_destroy(PnDuplex *s, PyObject *error)
{
    const struct pn_duplex_ops *ops = pn_duplex_ops_of(s);
    struct pn_destroying x = {.failed = error != NULL};
    PyObject *both;
    if (s->destroyed || s->em.generation != s->em.st->generation)
        return;
    Py_INCREF(s);
    if (!prepare_error(s, error, &both)) {
        Py_DECREF(s);
        return;
    }
    if (!send_last(s)) {
        Py_XDECREF(both);
        Py_DECREF(s);
        return;
    }
    s->destroyed = 1;
    s->can_send = false;
    s->fast_dest = NULL;
    pn_read_direct_forget(s);
    s->was_connecting = s->connecting;
    s->connecting = 0;
    count_destroyed(s, x.failed);
    pn_idle_end(s);
    ops->begin_destroy(s, &x);
    if (s->r != NULL && s->r->reader != NULL)
        s->r->reader->release(s);
    if (error != NULL && s->errored == NULL)
        s->errored = Py_NewRef(error);
    pn_writes_fail_corked_soon(s);
    pn_writes_fail_end_soon(s);
    struct pn_stream *io = s->io;
    x.had_handle = io != NULL;
    if (io != NULL) {
        if (io->filter != NULL)
            pn_filter_of(s)->ops->cut(s);
        s->io = NULL;
        s->connected = 0;
        io->tag = pn_duplex_close_tag(s, x.failed);
        if (x.linger > 0)
            pn_stream_linger(s->em.st->loop, io, PN_LINGER_BYTES, x.linger);
        else
            pn_stream_close(io);
    }
    if (error != NULL)
        emit_error_soon(s, both);
    ops->end_destroy(s, &x);
    for (size_t i = 0; i < sizeof(x.kept) / sizeof(x.kept[0]); i++)
        Py_XDECREF(x.kept[i]); /* may run user code */
    Py_DECREF(s);
}

void
pn_duplex_destroy_steal(PnDuplex *s, PyObject *error)
{
    if (error == NULL)
        error = pn_take_exception();
    pn_duplex_destroy(s, error);
    Py_XDECREF(error);
}

void
pn_duplex_read_failed(PnDuplex *s, int status)
{
    const struct pn_stream *io = s->io;
    PyObject *error = pn_duplex_uv_error(s, status, "read");
    if (s->io == io)
        pn_duplex_destroy_steal(s, error);
    else if (error != NULL) /* the garbage collector may have run code that reconnected the socket */
        Py_DECREF(error);
    else
        PyErr_Clear();
}

void
pn_duplex_maybe_destroy(PnDuplex *s)
{
    if (s->finished && s->end_emitted && !s->destroyed)
        pn_duplex_destroy(s, NULL);
}
