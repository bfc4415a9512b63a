/* writable.c - the writing half of a socket: write(), end(), uncork(), max_write_buffer; decides when write() returns
 * False, when `drain` is emitted, and when `prefinish` and `finish` are.
 *
 * The first write in a callback goes to the kernel at once. Later writes of the same callback are gathered, and leave
 * together when the callback ends, when they reach the high-water mark, or when something needs them to have left. What
 * the kernel does not accept goes to libuv, one request at a time; see writes.c for the queue. pn_writable_written()
 * gets the outcome, ECANCELED after destroy(). */

#include "py/events/emitter.h"
#include "py/loop/uncaught.h"
#include "py/stream/duplex.h"
#include "py/stream/duplex_errors.h"
#include "py/stream/filter.h"
#include "py/stream/writes.h"
#include "uvio/fd.h"

size_t
pn_writable_length(const PnDuplex *s)
{
    return s->wq != NULL ? s->wq->q.bytes : 0;
}

bool
pn_writable_open(const PnDuplex *s)
{
    return !s->destroyed && !s->ending && s->errored == NULL;
}

/* --- sending --- */

/* A write failed: calls its callback and those after it with the error, then destroys the socket. A callback that writes
 * is answered as well, before that. */
static void
write_failed(PnDuplex *s, PyObject *error)
{
    uint16_t connection = s->em.connection;
    s->can_send = false;
    s->write_failed = 1;
    if (s->errored == NULL && !s->destroyed)
        s->errored = Py_NewRef(error);
    do
        pn_writes_fail(s, error, error); /* leaves the records that have ticks */
    while (s->em.connection == connection && pn_writes_to_fail(s) && !s->em.st->loop->halted);
    if (s->em.connection == connection) /* else a callback has reconnected the socket */
        pn_duplex_destroy(s, error);
    Py_DECREF(error);
}

static void
write_failed_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    (void)st;
    if (s->em.connection == (uint16_t)(uintptr_t)arg && s->write_failed && s->errored != NULL)
        write_failed(s, Py_NewRef(s->errored));
}

/* As Node: `errored` is set at once, a tick calls the callbacks and destroys the socket. */
void
pn_writable_fail_soon(PnDuplex *s, int status)
{
    uint16_t connection = s->em.connection;
    if (s->write_failed)
        return;
    s->write_failed = 1;
    s->can_send = false;
    PyObject *error = pn_writes_error(s, status); /* may run user code */
    if (s->em.connection == connection && s->errored == NULL && !s->destroyed)
        s->errored = Py_XNewRef(error);
    Py_XDECREF(error);
    if (s->em.connection == connection &&
        pn_tick(s->em.st, write_failed_tick, (PyObject *)s, (void *)(uintptr_t)connection) < 0)
        pn_duplex_destroy_steal(s, NULL);
}

static void
request(PnDuplex *s)
{
    int status = pn_writes_request(s);
    if (status != 0)
        pn_writable_fail_soon(s, status);
}

/* A write of nothing, as Node does it: the peer may have gone. 0, or a status. */
static int
send_nothing(PnDuplex *s)
{
    struct iovec iov = {"", 0};
    ssize_t sent = pn_is_filtered(s) ? 0 : pn_stream_try_write(s->io, &iov, 1);
    return sent < 0 && sent != UV_EAGAIN ? (int)sent : 0;
}

void
pn_writable_flush(PnDuplex *s)
{
    if (s->wq == NULL || s->io == NULL || !s->connected || s->write_failed || s->wq->before_connect ||
        (s->corked > 0 && pn_writes_unheld(s) == 0))
        return;
    int sent = s->wq->holds && s->corked == 0 && s->wq->q.count == 0 ? send_nothing(s) : 0;
    if (s->wq->holds && s->corked == 0 && sent == 0)
        pn_writes_release(s, false);
    if (s->wq->busy)
        return;
    if (s->wq->q.count > 0)
        pn_idle_touch(s);
    if (pn_is_filtered(s)) {
        if (pn_writes_unheld(s) > 0)
            pn_filter_of(s)->ops->flush(s);
        return;
    }
    if (sent == 0)
        sent = pn_writes_send(s);
    if (sent < 0)
        pn_writable_fail_soon(s, sent);
    else if (sent == 0)
        request(s);
}

void
pn_writable_flush_gathered(PnState *st)
{
    while (st->flush != NULL) {
        PnDuplex *s = st->flush;
        st->flush = s->next_flush;
        s->next_flush = NULL;
        s->in_flush = 0;
        pn_writable_flush(s);
        pn_writes_tidy(s);
        pn_writable_maybe_finish(s);
        Py_DECREF(s);
    }
}

/* What waits is one write now, as Node's _writev() has it: its callbacks share their error. */
static void
flush_batch(PnDuplex *s)
{
    uint64_t end = s->wq != NULL ? s->wq->queued : 0;
    pn_writable_flush(s);
    if (s->wq != NULL)
        s->wq->batch_end = end;
}

static void
gather(PnDuplex *s)
{
    PnState *st = s->em.st;
    if (s->in_flush)
        return;
    s->in_flush = 1;
    s->next_flush = st->flush;
    st->flush = s;
    Py_INCREF(s);
}

/* --- write() --- */

/* `self` is the tuple (socket, callbacks, error): calls them, and those of the writes behind, then destroys. */
static void
closed_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(PyTuple_GET_ITEM(self, 0));
    PyObject *callbacks = PyTuple_GET_ITEM(self, 1);
    PyObject *error = PyTuple_GET_ITEM(self, 2);
    uint16_t connection = (uint16_t)(uintptr_t)arg;
    (void)st;
    pn_writes_call_all(s, Py_NewRef(callbacks), error);
    if (s->em.connection != connection) /* a callback has destroyed it, and connected again */
        return;
    size_t waited = s->wq != NULL && !s->wq->before_connect ? s->wq->q.bytes : 0;
    pn_writes_fail_unsent(s);
    if (s->em.connection != connection)
        return;
    s->bytes_written -= waited;
    pn_duplex_destroy(s, error);
}

/* The socket was never connected, and does not connect: `callbacks` (own) are those of the writes that fail. A tick
 * calls them with the error, then destroys the socket. */
static int
refuse_closed(PnDuplex *s, PyObject *callbacks)
{
    PyObject *error = callbacks != NULL ? pn_duplex_error(s, "ERR_SOCKET_CLOSED", "Socket is closed") : NULL;
    PyObject *all = error != NULL ? PyTuple_Pack(3, (PyObject *)s, callbacks, error) : NULL;
    int status = all == NULL ? -1 : pn_tick(s->em.st, closed_tick, all, (void *)(uintptr_t)s->em.connection);
    Py_XDECREF(all);
    Py_XDECREF(callbacks);
    if (status == 0) {
        s->write_failed = 1;
        if (s->errored == NULL && !s->destroyed)
            s->errored = Py_NewRef(error);
    }
    Py_XDECREF(error);
    return status;
}

/* A list of the callback, empty for NULL. New reference; NULL with MemoryError. */
static PyObject *
list_of(PyObject *callback)
{
    PyObject *list = PyList_New(callback != NULL);
    if (list != NULL && callback != NULL)
        PyList_SET_ITEM(list, 0, Py_NewRef(callback));
    return list;
}

static bool
was_never_connected(const PnDuplex *s)
{
    return s->io == NULL && !s->connecting && !s->destroyed && !s->ending;
}

/* uncork() of a socket that was never connected: what cork() held back is refused, as one write. */
static int
refuse_corked(PnDuplex *s)
{
    struct pn_writes *wq = s->wq;
    if (wq == NULL || (wq->q.count == 0 && wq->first == NULL && !wq->holds))
        return 0;
    s->bytes_written -= wq->q.bytes;
    return refuse_closed(s, pn_writes_take_callbacks(s));
}

/* The error of a refused write(), or of end(data). New reference. */
static PyObject *
refusal(PnDuplex *s, bool by_end)
{
    if (s->fin_seen && s->ending && !by_end)
        return pn_duplex_error(s, "EPIPE", "This socket has been ended by the other party");
    if (s->ending)
        return pn_duplex_error(s, "ERR_STREAM_WRITE_AFTER_END", "write after end");
    if (s->destroyed)
        return pn_duplex_error(s, "ERR_STREAM_DESTROYED", "Cannot call write after a stream was destroyed");
    return Py_XNewRef(s->errored);
}

/* Refuses a write: calls its callback by a tick; destroys the socket with the error, unless it is destroyed already. */
static int
refuse(PnDuplex *s, PyObject *callback)
{
    PyObject *error = refusal(s, false);
    if (error == NULL)
        return -1;
    int status = callback != NULL ? pn_writes_answer_soon(s, callback, error) : 0;
    if (status == 0 && (s->ending || !s->write_failed)) /* else the tick of the first that failed destroys */
        pn_duplex_destroy(s, error);
    Py_DECREF(error);
    return status;
}

/* Writes behind other writes, or before the connection is established. */
static int
write_behind(PnDuplex *s, PyObject *bytes, const char *base, size_t len, PyObject *callback, bool inside)
{
    struct pn_writes *wq = pn_writes_of(s);
    if (wq == NULL)
        return -1;
    bool waits = wq->busy || !s->connected || s->corked > 0 || wq->before_connect || s->write_failed;
    bool early = !s->connected && !wq->before_connect && s->corked == 0 && !was_never_connected(s);
    if (pn_writes_append(wq, bytes, base, len) < 0)
        return -1;
    if (early && pn_early_begin(s) < 0)
        return -1;
    bool held = len == 0 && (!s->connected || s->corked > 0 || s->write_failed);
    if (callback != NULL) {
        if (pn_writes_add_record(s, callback, !waits) < 0)
            return -1;
        wq->last->early = early;
        wq->last->held = held;
    }
    wq->holds |= held;
    if (waits)
        return 0;
    if (inside && wq->q.bytes < s->write_mark)
        gather(s);
    else
        pn_writable_flush(s);
    return 0;
}

/* pn_stream_try_write() has returned `sent`: queues what the kernel did not accept, or schedules the failure. */
static int
queue_rest(PnDuplex *s, PyObject *bytes, const char *base, size_t len, ssize_t sent, PyObject *callback)
{
    if (sent == (ssize_t)len)
        return callback != NULL ? pn_writes_add_record(s, callback, true) : 0;
    if (sent < 0 && sent != UV_EAGAIN) { /* as Node: what failed does not count as queued */
        if (callback != NULL && pn_writes_add_record(s, callback, false) < 0)
            return -1;
        if (callback != NULL)
            s->wq->last->held = s->wq->holds = true;
        pn_writable_fail_soon(s, (int)sent);
        return 0;
    }
    size_t done = sent > 0 ? (size_t)sent : 0;
    struct pn_writes *wq = pn_writes_of(s);
    if (wq == NULL || pn_writes_append(wq, bytes, base + done, len - done) < 0)
        return -1;
    if (callback != NULL && pn_writes_add_record(s, callback, false) < 0)
        return -1;
    int status = pn_writes_request(s);
    if (status == 0)
        return 0;
    if (callback != NULL && done == len) /* an empty write has not been sent for all that */
        s->wq->last->held = s->wq->holds = true;
    pn_writable_fail_soon(s, status);
    return 0;
}

/* The queue is empty: writes to the kernel at once. */
static int
write_now(PnDuplex *s, PyObject *bytes, const char *base, size_t len, PyObject *callback)
{
    struct iovec iov = {(void *)(uintptr_t)base, len};
    ssize_t sent = pn_stream_try_write(s->io, &iov, 1); /* also of nothing: the peer may have gone */
    return queue_rest(s, bytes, base, len, sent, callback);
}

/* More is queued than the option max_write_buffer allows. `callback` (may be NULL) is that of the write that exceeded
 * it: it gets this error even if its write is under way in libuv. */
static int
overflow(PnDuplex *s, PyObject *callback)
{
    PyObject *error = pn_duplex_error(s, "ERR_WRITE_BUFFER_FULL", "The write buffer is over max_write_buffer");
    if (error == NULL)
        return -1;
    struct pn_write_record *last = s->wq != NULL ? s->wq->last : NULL;
    int status = 0;
    if (callback != NULL && last != NULL && last == s->wq->first && last->callback == callback) {
        last->callback = NULL;
        status = pn_writes_answer_soon(s, callback, error);
        Py_DECREF(callback);
    }
    PyObject *failure = status < 0 ? pn_take_exception() : NULL; /* destroy() may run user code */
    pn_duplex_destroy(s, error);
    Py_DECREF(error);
    if (failure != NULL)
        pn_put_back_exception(failure);
    return status;
}

/* The result of write(): 1 below the mark, 0: wait for `drain`. */
int
pn_writable_below_mark(PnDuplex *s, PyObject *callback)
{
    size_t length = pn_writable_length(s);
    if (length > s->max_write_buffer) {
        pn_writable_flush(s);
        length = pn_writable_length(s);
        if (length > s->max_write_buffer)
            return overflow(s, callback);
    }
    if (length < s->write_mark || length == 0)
        return s->errored == NULL;
    s->need_drain = 1;
    return 0;
}

int
pn_writable_rest(PnDuplex *s, PyObject *bytes, const char *base, size_t len, ssize_t sent, PyObject *callback)
{
    return queue_rest(s, bytes, base, len, sent, callback) < 0 ? -1 : pn_writable_below_mark(s, callback);
}

int
pn_writable_refuse_end(PnDuplex *s, PyObject *callback)
{
    PyObject *error = refusal(s, true);
    if (error == NULL)
        return -1;
    s->corked = 0;
    pn_duplex_destroy(s, error);
    int status = callback != NULL ? pn_writes_answer_soon(s, callback, error) : 0;
    Py_DECREF(error);
    return status;
}

/* The handle is not connected, and connect() has not been called: a write gets its error from the kernel. */
static bool
is_unconnected(const PnDuplex *s)
{
    return s->io != NULL && !s->connecting && !s->connected;
}

int
pn_writable_write(PnDuplex *s, PyObject *bytes, const char *base, size_t len, PyObject *callback)
{
    PnState *st = s->em.st;
    if (s->destroyed || s->ending || (s->errored != NULL && !s->write_failed))
        return refuse(s, callback) < 0 ? -1 : 0;
    if (was_never_connected(s) && s->corked == 0 && !s->write_failed)
        return refuse_closed(s, list_of(callback)) < 0 ? -1 : 0;
    bool inside = pn_in_callback(st);
    s->bytes_written += len;
    if (s->connected && s->corked == 0 && (s->wq == NULL || !s->wq->busy)) /* it leaves now */
        pn_idle_touch(s);
    int status;
    if (s->write_failed)
        status = write_behind(s, bytes, base, len, callback, inside); /* answered with the others, with their error */
    else if (is_unconnected(s) && s->corked == 0 && s->wq == NULL)
        status = write_now(s, bytes, base, len, callback);
    else if (!s->connected || s->corked > 0 ||
             (s->wq != NULL && (s->wq->q.count > 0 || s->wq->busy || s->wq->before_connect)) ||
             (inside && s->write_epoch == st->epoch) || pn_is_filtered(s))
        status = write_behind(s, bytes, base, len, callback, inside);
    else
        status = write_now(s, bytes, base, len, callback);
    s->write_epoch = st->epoch;
    return status < 0 ? -1 : pn_writable_below_mark(s, callback);
}

int
pn_writable_write_fd(PnDuplex *s, PyObject *bytes, int fd, PyObject *callback)
{
    PnState *st = s->em.st;
    size_t len = (size_t)PyBytes_GET_SIZE(bytes);
    struct pn_writes *wq = pn_writes_of(s);
    if (wq == NULL || pn_writes_append_fd(st, wq, fd) < 0) {
        pn_fd_close(fd);
        return -1;
    }
    if (write_behind(s, bytes, PyBytes_AS_STRING(bytes), len, callback, pn_in_callback(st)) < 0) {
        pn_writes_cut_fd(wq);
        return -1;
    }
    s->bytes_written += len;
    s->write_epoch = st->epoch;
    int below = pn_writable_below_mark(s, callback);
    if (below < 0)
        PyErr_Clear(); /* it has left, or is queued: an exception would say that it was not sent */
    return below > 0;
}

/* --- completions --- */

static void
drained(PnDuplex *s)
{
    if (s->need_drain && pn_writable_length(s) == 0 && !s->ending && !s->destroyed) {
        s->need_drain = 0;
        (void)pn_emit0(&s->em, s->em.st->names.drain);
        if (s->piped_from != NULL)
            pn_duplex_ops_of(s)->sink_drained(s);
    }
    pn_writes_run_ready(s);
    if (s->destroyed && !s->was_connecting)
        pn_writes_fail_unsent(s);
    pn_writes_tidy(s);
    pn_writable_maybe_finish(s);
}

void
pn_writable_written(PnDuplex *s, int status)
{
    PnState *st = s->em.st;
    struct pn_writes *wq = s->wq;
    if (wq == NULL || !wq->busy)
        return;
    wq->busy = false;
    if (status == 0) {
        pn_writes_left(wq, wq->in_flight);
        if (!s->destroyed && wq->q.count > 0)
            flush_batch(s);
        if (!st->closed)
            drained(s);
        return;
    }
    if (st->closed)
        return;
    PyObject *error = pn_writes_error(s, status);
    if (!s->destroyed) {
        write_failed(s, error);
        return;
    }
    /* The socket was destroyed: libuv cancelled this write; the writes behind it get the error of the socket. */
    if (s->errored == NULL && s->io == NULL)
        s->errored = Py_XNewRef(error); /* as Node: without an `error` event */
    pn_writes_fail(s, error, s->errored != NULL ? s->errored : error);
    Py_XDECREF(error);
}

/* As Node: the callback of the first early write is called within `connect`, the callbacks behind it by ticks. */
void
pn_writable_connected(PnDuplex *s)
{
    bool early = s->wq != NULL && s->wq->before_connect;
    uint64_t first_end = early ? s->wq->connect_end : 0;
    pn_early_forget(s);
    if (early && s->corked > 0) /* what waited for the connection before cork() is not held back */
        pn_writes_release(s, true);
    flush_batch(s);
    if (early && s->wq != NULL) {
        if (s->wq->sent < first_end)
            s->wq->batch_end = first_end; /* the others wait for the first */
        pn_writes_answer_by_tick(s, true);
    }
    if (s->final_called && s->io != NULL) /* end() was called while connecting, behind nothing */
        pn_filter_shutdown(s);
    if (early) {
        drained(s);
    }
    else { /* what listeners of `connect` wrote is answered by ticks */
        pn_writes_tidy(s);
        pn_writable_maybe_finish(s);
    }
}

/* --- cork() --- */

/* Emits `drain` before the callbacks, which have separate ticks. If end() was called while corked, finishes it now. */
static void
uncorked_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    drained(PN_DUPLEX(self));
}

void
pn_writable_settle_soon(PnDuplex *s)
{
    const struct pn_writes *wq = s->wq;
    if ((wq != NULL && wq->first != NULL && !wq->first->in_tick) || s->need_drain || (s->ending && !s->final_called))
        pn_tick_sure(s->em.st, uncorked_tick, (PyObject *)s, NULL, 1);
}

void
pn_writable_cork(PnDuplex *s)
{
    if (s->corked == 0 && s->in_flush)
        pn_writable_flush(s);
    if (s->corked == 0 && s->wq != NULL)
        s->wq->cork_start = s->wq->queued; /* what was written before is not held back */
    s->corked++;
    s->can_send = false;
}

int
pn_writable_uncork(PnDuplex *s)
{
    if (s->corked == 0 || --s->corked > 0)
        return 0;
    s->can_send = s->connected && !s->ending && s->errored == NULL && !s->write_failed && !pn_is_filtered(s);
    if (was_never_connected(s))
        return refuse_corked(s);
    if (s->connecting && s->wq != NULL && (s->wq->q.count > 0 || s->wq->holds) && !s->wq->before_connect)
        return pn_early_begin(s);
    flush_batch(s);
    /* The callbacks of what has left at once are called by ticks, as those of any write. */
    if (s->wq == NULL || s->wq->q.count > 0 || s->wq->busy)
        return 0;
    if (s->wq->first == NULL && !s->need_drain && !s->ending) {
        pn_writes_tidy(s);
        return 0;
    }
    if (pn_tick(s->em.st, uncorked_tick, (PyObject *)s, NULL) < 0)
        return -1;
    pn_writes_answer_by_tick(s, false);
    return 0;
}

/* --- end() and finish --- */

static void
finish_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    (void)st;
    bool current = (uint16_t)(uintptr_t)arg == s->em.connection;
    if (!s->finish_due)
        return;
    pn_duplex_finish(s, current);
    if (s->destroy_when_finished) /* also when connect() has followed destroySoon(), as in Node */
        pn_duplex_destroy(s, NULL);
    else if (current)
        pn_duplex_maybe_destroy(s);
}

static void
prefinish(PnDuplex *s, bool from_method)
{
    PnState *st = s->em.st;
    uint16_t connection = s->em.connection;
    s->finish_due = 1; /* whatever a listener does: it may destroy the stream */
    if (!from_method)
        (void)pn_emit0(&s->em, st->names.prefinish);
    else if (pn_emit_from_method(&s->em, st->names.prefinish) < 0)
        pn_uncaught(st, (PyObject *)s, NULL); /* end() goes on: its callbacks and `finish` must come */
    if (pn_tick(st, finish_tick, (PyObject *)s, (void *)(uintptr_t)connection) < 0)
        pn_duplex_destroy_steal(s, NULL);
}

void
pn_writable_maybe_finish(PnDuplex *s)
{
    if (!s->ending || s->final_called || s->finished || s->destroyed || s->errored != NULL || s->write_failed ||
        (s->wq != NULL && (s->wq->q.count > 0 || s->wq->busy || s->wq->before_connect)))
        return;
    s->final_called = 1;
    if (s->connecting) /* pn_writable_connected() goes on */
        return;
    if (s->io != NULL)
        pn_filter_shutdown(s);
    else
        prefinish(s, true);
}

void
pn_writable_shutdown_done(PnDuplex *s, int status)
{
    (void)status; /* as Node: the end counts even if the peer did not wait for it */
    if (s->destroyed || s->errored != NULL || s->finished)
        return;
    prefinish(s, false);
}

/* `list` is new and empty: it is needed if the callback is the first. */
static int
add_on_finish(PnDuplex *s, PyObject *callback, PyObject *list)
{
    struct pn_writes *wq = pn_writes_of(s);
    if (wq == NULL)
        return -1;
    if (wq->on_finish == NULL)
        wq->on_finish = Py_NewRef(list);
    return PyList_Append(wq->on_finish, callback);
}

/* What a call of end() that ends nothing tells its callback. New reference; NULL: the callback waits for `finish`, or an
 * exception is set. */
static PyObject *
end_answer(PnDuplex *s)
{
    if (s->finished && !s->ending && s->errored == NULL) /* connect() has followed end() */
        return Py_NewRef(Py_None);
    if (s->finished)
        return pn_duplex_error(s, "ERR_STREAM_ALREADY_FINISHED", "Cannot call end after a stream was finished");
    if (s->destroyed)
        return pn_duplex_error(s, "ERR_STREAM_DESTROYED", "Cannot call end after a stream was destroyed");
    return Py_XNewRef(s->errored);
}

static int
end_now(PnDuplex *s, PyObject *callback, PyObject *list)
{
    if (s->corked > 0) {
        s->corked = 1;
        if (pn_writable_uncork(s) < 0)
            return -1;
    }
    bool ends = pn_writable_open(s);
    PyObject *answer = callback != NULL && (!ends || s->finished) ? end_answer(s) : NULL;
    if (PyErr_Occurred())
        return -1;
    if (s->errored == NULL)
        s->ending = 1;
    if (ends) {
        s->can_send = false;
        pn_writable_flush(s);
        pn_writable_maybe_finish(s); /* may emit `prefinish`; a callback comes behind those that its listeners add */
        if (callback != NULL && answer == NULL && (s->errored != NULL || s->destroyed))
            answer = s->errored != NULL ? Py_NewRef(s->errored) : end_answer(s);
    }
    int status = 0;
    if (answer != NULL)
        status = pn_writes_answer_soon(s, callback, answer);
    else if (callback != NULL)
        status = PyErr_Occurred() ? -1 : add_on_finish(s, callback, list);
    Py_XDECREF(answer);
    return status;
}

int
pn_writable_end(PnDuplex *s, PyObject *callback)
{
    /* Before the end begins: the garbage collector may run code, and meanwhile the loop's thread could finish the stream,
     * which would not know the callback yet. */
    PyObject *list = callback != NULL ? PyList_New(0) : NULL;
    if (callback != NULL && list == NULL)
        return -1;
    int status = end_now(s, callback, list);
    Py_XDECREF(list);
    return status;
}

void
pn_writable_destroy_soon(PnDuplex *s)
{
    if (s->destroyed || pn_is_dying(s))
        return;
    if (pn_writable_open(s) && pn_writable_end(s, NULL) < 0) {
        pn_duplex_destroy_steal(s, NULL);
        return;
    }
    s->destroy_when_finished = 1;
    if (s->finished)
        pn_duplex_destroy(s, NULL);
}
