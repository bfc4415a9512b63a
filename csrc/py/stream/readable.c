/* readable.c - the reading half of a socket: pause() and resume(), decides when `data`, `readable` and `end` are
 * emitted, and when reading from the kernel starts and stops.
 *
 * Node's Readable. While the socket flows, a chunk goes to the listeners at once. Otherwise it is queued until read(),
 * and reading from the kernel stops when the queue reaches the high-water mark. A socket that only flows has no queue:
 * `r` is NULL. */
#include "py/events/emitter.h"
#include "py/loop/driver.h"
#include "py/stream/data_event.h"
#include "py/stream/duplex.h"
#include "py/stream/duplex_errors.h"
#include "py/stream/filter.h"
#include "py/stream/read_bytes.h"
#include "py/stream/read_direct.h"
#include "py/stream/read_slot.h"

/* --- the marks --- */

static size_t
mark(const PnDuplex *s)
{
    return s->r != NULL && s->r->want > s->read_mark ? s->r->want : s->read_mark;
}

static bool
is_full(const PnDuplex *s)
{
    size_t length = pn_readable_length(s);
    return length > 0 && length >= mark(s);
}

static void
out_of_memory(PnDuplex *s)
{
    if (!PyErr_Occurred())
        PyErr_NoMemory();
    pn_duplex_destroy_steal(s, NULL);
}

static void
next_tick(PnDuplex *s, void (*run)(PnState *, PyObject *, void *))
{
    if (pn_tick(s->em.st, run, (PyObject *)s, NULL) < 0)
        out_of_memory(s);
}

/* --- emitting --- */

static void flow(PnDuplex *s);
static void end_soon(PnDuplex *s);

static void
emit_readable_now(PnDuplex *s)
{
    if (!s->destroyed && s->errored == NULL && (pn_readable_length(s) > 0 || s->r_ended)) {
        (void)pn_emit0(&s->em, s->em.st->names.readable);
        s->emitted_readable = 0;
    }
    s->need_readable = s->flowing != PN_FLOWING_TRUE && !s->r_ended && pn_readable_length(s) <= mark(s);
    flow(s);
    pn_read_slot_look(s);
}

static void
readable_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    if (pn_data_emit_deferred(PN_DUPLEX(self)))
        emit_readable_now(PN_DUPLEX(self));
    else
        next_tick(PN_DUPLEX(self), readable_tick);
}

static void
emit_readable(PnDuplex *s)
{
    s->need_readable = 0;
    if (s->emitted_readable)
        return;
    s->emitted_readable = 1;
    next_tick(s, readable_tick);
}

/* --- asking for more --- */

static void start_tick(PnState *st, PyObject *self, void *arg);

/* Node's _read(). Before the connection, `reading` only stores the request; pn_readable_connected() calls this
 * again. */
static void
start_reading(PnDuplex *s)
{
    if (s->io == NULL || !s->connected || s->r_ended || s->destroyed)
        return;
    if (s->r != NULL && s->r->reader != NULL) {
        if (s->r->reader->needs_call(s) && !pn_in_callback(s->em.st)) {
            next_tick(s, start_tick); /* the user function must be called on the driving thread */
            return;
        }
        if (!s->r->reader->prepare(s)) {
            s->reading = 0;
            return;
        }
    }
    int status = pn_filter_read_start(s);
    if (status != 0)
        pn_duplex_destroy_steal(s, pn_duplex_uv_error(s, status, "read"));
}

static void
start_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    if (PN_DUPLEX(self)->reading)
        start_reading(PN_DUPLEX(self));
}

/* As Node, `onread` reads whatever unshift() has queued: its bytes do not go there. */
static bool
reads_past_queue(const PnDuplex *s)
{
    return s->r != NULL && s->r->reader != NULL && s->connected;
}

static void
ask_for_more(PnDuplex *s, size_t taking)
{
    size_t length = pn_readable_length(s);
    bool wanted = s->need_readable || length == 0 || length - taking < mark(s) || reads_past_queue(s);
    if (!wanted || s->r_ended || s->reading || s->destroyed || s->errored != NULL)
        return;
    s->reading = 1;
    if (length == 0)
        s->need_readable = 1;
    start_reading(s);
}

void
pn_readable_poll(PnDuplex *s)
{
    size_t length = pn_readable_length(s);
    if (s->need_readable && ((mark(s) != 0 ? length >= mark(s) : length > 0) || s->r_ended)) {
        if (length == 0 && s->r_ended)
            end_soon(s);
        else
            emit_readable(s);
        if (reads_past_queue(s))
            ask_for_more(s, 0);
        return;
    }
    if (s->r_ended) {
        if (length == 0)
            end_soon(s);
        return;
    }
    ask_for_more(s, 0);
    s->need_readable = length <= mark(s);
}

static void
poll_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    pn_readable_poll(PN_DUPLEX(self));
}

static void
read_more_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    size_t length = pn_readable_length(s);
    (void)st;
    (void)arg;
    s->reading_more = 0;
    if (s->r != NULL && s->r->reader != NULL)
        return; /* Node's state.reading stays true */
    if (!s->reading && !s->r_ended && (length < mark(s) || (s->flowing == PN_FLOWING_TRUE && length == 0)))
        pn_readable_poll(s);
}

static void
read_more_soon(PnDuplex *s)
{
    if (s->reading_more)
        return;
    s->reading_more = 1;
    next_tick(s, read_more_tick);
}

void
pn_readable_connected(PnDuplex *s)
{
    if (s->destroyed)
        return;
    if (s->reading)
        start_reading(s);
    else if (!pn_readable_is_paused(s))
        pn_readable_poll(s);
}

void
pn_readable_set_reader(PnDuplex *s, const struct pn_reader *reader, void *state)
{
    struct pn_reads *r = s->r;
    const struct pn_reader *old = r->reader; /* __init__() may be called twice */
    void *old_state = r->reader_state;
    r->reader = reader;
    r->reader_state = state;
    if (s->io != NULL) {
        s->io->own_buffer = true;
        if (s->io->reading) { /* starts again, into its buffer */
            pn_filter_read_stop(s);
            s->reading = 0;
            pn_readable_poll(s);
        }
    }
    if (old != NULL)
        old->free(old_state);
}

/* --- incoming chunks --- */

/* Nothing but calls that wait will hear of what has come: they need no tick. */
static bool
only_calls_wait(const PnDuplex *s)
{
    const struct pn_names *n = &s->em.st->names;
    if (!pn_read_slot_waits(s))
        return false;
    if (s->em.read_by_calls && s->em.listeners != NULL && s->em.listeners->count == 3)
        return true; /* those of read_slot.c */
    return !pn_has_listeners(&s->em, n->readable) && !pn_has_listeners(&s->em, n->data);
}

static int
keep(PnDuplex *s, PyObject *data, bool front)
{
    struct pn_reads *r = pn_reads_of(s);
    if (r == NULL || (front ? pn_read_queue_unshift(&r->q, data) : pn_read_queue_push(&r->q, data)) < 0)
        return -1;
    if (front)
        r->searched = 0;
    if (s->need_readable)
        emit_readable(s);
    return 0;
}

/* keep() of what has been read, and what follows: the call whose turn it is looks, the others see to more. */
static int
keep_read(PnDuplex *s, PyObject *data)
{
    if (!only_calls_wait(s) || s->emitted_readable) {
        read_more_soon(s);
        return keep(s, data, false);
    }
    if (pn_read_queue_push(&s->r->q, data) < 0)
        return -1;
    pn_read_slot_look(s);
    return 0;
}

/* Decodes a chunk, then emits or queues the text. */
static void
add_decoded(PnDuplex *s, const char *base, size_t len)
{
    PyObject *text = pn_decoder_write(&s->r->decoder, base, len);
    if (text == NULL) {
        out_of_memory(s);
        return;
    }
    if (PyUnicode_GET_LENGTH(text) > 0) {
        if (s->flowing == PN_FLOWING_TRUE && s->r->q.count == 0 && pn_data_heard(s))
            pn_data_emit(s, text);
        else if (keep(s, text, false) < 0)
            out_of_memory(s);
    }
    Py_DECREF(text);
}

void
pn_readable_keep(PnDuplex *s, char *base, size_t len)
{
    PnState *st = s->em.st;
    s->reading = 0;
    if (s->r != NULL && s->r->decoding) {
        add_decoded(s, base, len);
        read_more_soon(s);
    }
    else {
        PyObject *bytes = pn_read_bytes_of_queue(st, base, len);
        if (bytes == NULL || keep_read(s, bytes) < 0)
            out_of_memory(s);
        Py_XDECREF(bytes);
    }
    if (is_full(s) && s->io != NULL)
        pn_filter_read_stop(s);
}

void
pn_readable_emit_chunk(PnDuplex *s, char *base, size_t len)
{
    PnState *st = s->em.st;
    Py_ssize_t made_for = 0;
    /* What goes back through a filter is in the write queue for a while: the next read could not reuse it. */
    bool lends = pn_is_filtered(s) && len <= PN_READ_SIZE / 2;
    PyObject *bytes =
        lends ? pn_read_bytes_lend(st, base, len) : pn_read_bytes_take(st, base, len, s->keeps_chunks, &made_for);
    if (bytes == NULL) {
        out_of_memory(s);
        return;
    }
    pn_data_emit(s, bytes);
    if (len > PN_READ_SIZE / 2)
        s->keeps_chunks = Py_REFCNT(bytes) > 1; /* the listeners do: the next one must not waste memory */
    if (lends)
        Py_DECREF(bytes);
    else
        pn_read_bytes_give_back(st, bytes, made_for);
}

int
pn_readable_unshift(PnDuplex *s, PyObject *data)
{
    int status;
    bool begins = s->resume_scheduled && !s->was_connected && !s->reading; /* Node's kSync, before its first _read() */
    if (s->flowing == PN_FLOWING_TRUE && pn_readable_length(s) == 0 && pn_data_heard(s) && !begins)
        status = pn_readable_emit_data(s, data);
    else
        status = keep(s, data, true);
    read_more_soon(s);
    return status;
}

void
pn_readable_decoded_anew(PnDuplex *s, bool more)
{
    if (pn_readable_length(s) == 0)
        pn_readable_poll(s);
    else if (more && (s->need_readable || s->flowing == PN_FLOWING_TRUE))
        emit_readable(s);
}

/* --- taking --- */

static size_t
how_much(const PnDuplex *s, size_t n)
{
    const struct pn_read_queue *q = s->r != NULL ? &s->r->q : NULL;
    if (n == 0 || q == NULL || q->length == 0)
        return 0;
    if (n <= q->length)
        return n;
    return n == PN_READ_ALL || s->r_ended ? q->length : 0;
}

/* The queue has become empty. `all`: the caller asked for more than it had, or for everything. */
static void
emptied(PnDuplex *s, bool all)
{
    if (!s->r_ended)
        s->need_readable = 1;
    else if (all)
        end_soon(s);
    pn_reads_tidy(s);
}

PyObject *
pn_readable_take(PnDuplex *s, size_t n)
{
    s->emitted_readable = 0;
    size_t taking = how_much(s, n);
    if (taking == 0 && s->r_ended) {
        if (pn_readable_length(s) == 0)
            end_soon(s);
        return NULL;
    }
    ask_for_more(s, taking);
    if (taking == 0 || pn_readable_length(s) < taking) {
        s->need_readable = pn_readable_length(s) <= mark(s);
        return NULL;
    }
    struct pn_read_queue *q = &s->r->q;
    /* As Node: text is joined, unless it flows. */
    bool first = n == PN_READ_ALL && (!s->r->decoding || s->flowing == PN_FLOWING_TRUE);
    PyObject *data = first ? pn_read_queue_shift(q) : pn_read_queue_take(q, taking);
    if (data == NULL)
        return NULL;
    s->r->searched = s->r->want = 0;
    if (q->length == 0)
        emptied(s, taking != n);
    return data;
}

/* --- flowing --- */

static void
flow_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    flow(PN_DUPLEX(self));
}

/* Emits `data` for the queued chunks while the socket flows. */
static void
flow(PnDuplex *s)
{
    while (s->flowing == PN_FLOWING_TRUE && pn_readable_length(s) > 0 && !s->close_emitted) {
        if (s->em.st->loop->halted) { /* run() has to raise first: the tick waits for the next run() */
            next_tick(s, flow_tick);
            return;
        }
        if (pn_data_deferred(s) > 0) {
            (void)pn_data_emit_deferred(s);
            continue;
        }
        PyObject *data = pn_readable_take(s, PN_READ_ALL);
        if (data == NULL) {
            out_of_memory(s);
            return;
        }
        pn_data_emit(s, data);
        Py_DECREF(data);
    }
    if (s->flowing != PN_FLOWING_TRUE || pn_readable_length(s) > 0)
        return;
    if (s->r_ended)
        end_soon(s);
    else
        s->need_readable = 1; /* Node's flow() ends with a read() that finds nothing: what is kept next flows out */
}

static void
resume_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    (void)arg;
    if (!s->resume_scheduled) /* the wait that asked for it is over */
        return;
    if (!pn_data_emit_deferred(s)) {
        next_tick(s, resume_tick);
        return;
    }
    bool stays_paused = s->paused && s->r != NULL && s->r->reader != NULL; /* what is read would not be queued */
    if (!s->destroyed && !s->reading && !stays_paused)
        pn_readable_poll(s);
    s->resume_scheduled = 0;
    if (s->close_emitted)
        return;
    (void)pn_emit0(&s->em, st->names.resume);
    flow(s);
    if (s->flowing == PN_FLOWING_TRUE && !s->reading && !s->destroyed)
        pn_readable_poll(s);
}

static void
resume_soon(PnDuplex *s)
{
    if (s->resume_scheduled)
        return;
    s->resume_scheduled = 1;
    pn_tick_sure(s->em.st, resume_tick, (PyObject *)s, NULL, 1);
}

static void
start_flow(PnDuplex *s)
{
    s->paused = 0;
    if (s->r != NULL)
        s->r->paused_by_reader = false;
    if (s->flowing == PN_FLOWING_TRUE)
        return;
    s->flowing = s->readable_listening ? PN_FLOWING_FALSE : PN_FLOWING_TRUE;
    resume_soon(s);
}

void
pn_readable_resume(PnDuplex *s)
{
    if (s->destroyed)
        return;
    pn_read_direct_end(s);
    s->flows_for_waits = 0;
    start_flow(s);
}

int
pn_readable_pause(PnDuplex *s)
{
    if (s->destroyed)
        return 0;
    s->paused = 1;
    if (s->r != NULL)
        s->r->paused_by_reader = false;
    s->fast_dest = NULL;
    if (s->r != NULL && s->r->reader != NULL && s->io != NULL && s->connected) {
        pn_filter_read_stop(s);
        s->reading = 0;
    }
    if (s->io != NULL)
        pn_stream_read_big(s->io, false); /* the next chunks are queued */
    if (s->flowing == PN_FLOWING_FALSE)
        return 0;
    s->flowing = PN_FLOWING_FALSE;
    return pn_emit_from_method(&s->em, s->em.st->names.pause);
}

/* --- listeners --- */

/* The socket flows for its `data` listeners. Those of waits take one chunk each: when only they have started the flow,
 * it stops with the last of them, so that what comes between two waits stays in the queue. */
static void
flow_for_listeners(PnDuplex *s)
{
    if (s->destroyed)
        return;
    if (pn_count_listeners(&s->em, s->em.st->names.data) > 0)
        s->flows_for_waits = 0;
    else if (s->flowing != PN_FLOWING_TRUE)
        s->flows_for_waits = 1;
    start_flow(s);
}

void
pn_readable_data_listener(PnDuplex *s)
{
    s->fast_dest = NULL;
    if (pn_read_slot_hears(s)) /* else on("readable") after `end` would not count */
        s->readable_listening = 1;
    if (s->flowing != PN_FLOWING_FALSE)
        flow_for_listeners(s);
}

/* The last wait for `data` is over. */
static void
stop_flow_of_waits(PnDuplex *s)
{
    s->flows_for_waits = 0;
    if (s->flowing != PN_FLOWING_TRUE)
        return;
    s->flowing = PN_FLOWING_NULL;
    s->resume_scheduled = 0;
    if (s->io != NULL)
        pn_stream_read_big(s->io, false); /* the next chunks are queued */
}

int
pn_readable_readable_listener(PnDuplex *s)
{
    s->fast_dest = NULL;
    if (s->end_emitted || (s->readable_listening && !s->readable_left))
        return 0;
    s->readable_left = 0;
    s->readable_listening = s->need_readable = 1;
    s->flowing = PN_FLOWING_FALSE;
    if (s->io != NULL)
        pn_stream_read_big(s->io, false);
    s->emitted_readable = 0;
    if (pn_read_direct_on(s))
        return 0; /* what waits looks */
    if (pn_readable_length(s) > 0)
        emit_readable(s);
    else if (!s->reading)
        return pn_tick(s->em.st, poll_tick, (PyObject *)s, NULL);
    return 0;
}

static void
listener_gone_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    (void)st;
    (void)arg;
    if (!pn_data_emit_deferred(s)) {
        next_tick(s, listener_gone_tick);
        return;
    }
    s->readable_listening = pn_read_slot_hears(s);
    s->readable_left = 0;
    if (s->resume_scheduled && !s->paused)
        s->flowing = PN_FLOWING_TRUE;
    else if (pn_data_heard(s))
        flow_for_listeners(s);
    else if (!s->readable_listening)
        s->flowing = PN_FLOWING_NULL;
}

void
pn_readable_listener_gone(PnDuplex *s, PyObject *name)
{
    s->fast_dest = NULL;
    if (s->flows_for_waits && name == s->em.st->names.data && !pn_data_heard(s))
        stop_flow_of_waits(s);
    if (name != s->em.st->names.readable || !s->readable_listening || s->em.generation != s->em.st->generation)
        return;
    /* A listener that is added before the tick is a new one: it hears of what is buffered. */
    s->readable_left = !pn_read_slot_hears(s);
    pn_tick_sure(s->em.st, listener_gone_tick, (PyObject *)s, NULL, 1);
    if (pn_driver_ensure(s->em.st) < 0)
        PyErr_Clear(); /* the tick waits for a driver; removing a listener is no failure */
}

/* --- the end --- */

static void
auto_end_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    (void)st;
    (void)arg;
    if (s->r_ended && pn_writable_open(s) && pn_writable_end(s, NULL) < 0)
        pn_duplex_destroy_steal(s, NULL);
}

static void
end_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    (void)arg;
    s->end_scheduled = 0;
    if (!pn_data_emit_deferred(s)) {
        end_soon(s);
        return;
    }
    if (!s->r_ended || s->end_emitted || s->errored != NULL || s->close_emitted || pn_readable_length(s) > 0)
        return;
    s->end_emitted = 1;
    if (!s->allow_half_open)
        s->fin_seen = 1;
    if (s->finished)
        pn_duplex_ops_of(s)->both_over(s);
    if (pn_emit_cycle(&s->em, PN_CYCLE_END, NULL) < 0)
        return; /* as Node: the socket does not end itself in that case */
    if (s->pipes != NULL)
        pn_duplex_ops_of(s)->source_ended(s);
    if (s->allow_half_open || !pn_writable_open(s))
        pn_duplex_maybe_destroy(s);
    else if (pn_tick(st, auto_end_tick, self, NULL) < 0)
        pn_duplex_destroy_steal(s, NULL);
}

static void
end_soon(PnDuplex *s)
{
    /* As Node: `end` comes only if it was due before destroy(). */
    if (s->end_emitted || s->end_scheduled || s->destroyed)
        return;
    s->end_scheduled = 1;
    next_tick(s, end_tick);
}

void
pn_readable_eof(PnDuplex *s)
{
    if (s->r_ended)
        return;
    s->reading = 0;
    if (s->r != NULL && s->r->decoding) {
        PyObject *rest = pn_decoder_end(&s->r->decoder);
        if (rest == NULL || (PyUnicode_GET_LENGTH(rest) > 0 && pn_read_queue_push(&s->r->q, rest) < 0)) {
            Py_XDECREF(rest);
            out_of_memory(s);
            return;
        }
        Py_DECREF(rest);
    }
    s->r_ended = 1;
    s->need_readable = 0;
    s->emitted_readable = 1;
    emit_readable_now(s);
    pn_readable_poll(s);
}
