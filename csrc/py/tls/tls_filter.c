/* tls_filter.c - puts the filter of TLS on a connection, and lets it go on with whatever can go on: the handle and the
 * halves of the socket ask it through struct pn_filter_ops. */
#include "py/tls/tls.h"

#include <string.h>

#include "py/base/errors.h"
#include "py/loop/driver.h"
#include "py/socket/socket.h"
#include "py/stream/duplex.h"
#include "py/stream/duplex_errors.h"
#include "py/stream/frames.h"
#include "py/stream/read_direct.h"
#include "py/stream/writes.h"

static const struct pn_filter_ops filter_ops;

PnTLS *
pn_tls_of(PyObject *socket)
{
    const struct pn_socket_extras *extras = PN_SOCKET(socket)->extras;
    return extras != NULL && extras->tls != NULL ? PN_TLS(extras->tls) : NULL;
}

static PnTLS *
of(const PnDuplex *s)
{
    return pn_tls_of_filter(s->io->filter);
}

/* --- going on --- */

/* A writer found it inside or not established, or the handshake has just ended. */
static bool
owes_a_flush(const PnTLS *t)
{
    const struct pn_writes *wq = t->s->wq;
    return t->established && wq != NULL && wq->busy && t->sealed == 0 && t->out.count == 0 && !t->stalled;
}

static bool
has_work(const PnTLS *t)
{
    return t->put_off || t->stash.count > 0 || (t->closes && t->established) || (t->plain.count > 0 && t->wants) ||
           (t->wire_ended && !t->ended && t->plain.count == 0) || owes_a_flush(t);
}

static void
advance_tick(PnState *st, PyObject *self, void *arg)
{
    PnTLS *t = PN_TLS(self);
    (void)st;
    (void)arg;
    t->advances = false;
    if (pn_tls_is_on(t))
        pn_tls_advance(t);
}

void
pn_tls_advance_soon(PnTLS *t)
{
    if (t->advances || t->failed || !has_work(t))
        return;
    t->advances = true;
    pn_tick_sure(t->st, advance_tick, (PyObject *)t, NULL, 1);
}

static void
close_notify(PnTLS *t)
{
    PnDuplex *s = t->s;
    Py_INCREF(t);
    Py_INCREF(s);
    pn_tls_close_notify(t);
    if (pn_tls_is_on(t) && !t->closes)
        pn_tls_advance_soon(t);
    Py_DECREF(s);
    Py_DECREF(t);
}

void
pn_tls_advance(PnTLS *t)
{
    PnDuplex *s = t->s;
    int more = 1;
    Py_INCREF(t);
    Py_INCREF(s);
    t->put_off = false;
    while (more > 0 && pn_tls_is_on(t) && !t->failed) {
        if (t->inside) {
            t->put_off = true; /* the thread that is inside lets it go on */
            break;
        }
        t->stalled = false;
        if (t->established && t->plain.count > 0)
            pn_tls_give_reader(t);
        if (pn_tls_is_on(t) && !t->inside)
            more = t->established ? pn_tls_read(t) : pn_tls_handshake(t);
    }
    if (pn_tls_is_on(t) && !t->failed && !t->inside) {
        if (owes_a_flush(t))
            pn_tls_batch_left(t);
        if (pn_tls_is_on(t) && t->closes && t->established)
            close_notify(t);
    }
    Py_DECREF(s);
    Py_DECREF(t);
}

/* --- the turns of handshakes --- */

static void
on_next(struct pn_loop_timer *timer)
{
    PnState *st = (PnState *)(void *)((char *)timer - offsetof(PnState, tls_next));
    PnTLS *t;
    if (st->closed)
        return;
    unsigned scope = pn_callback_scope_open(st), generation = st->generation;
    while (st->generation == generation && (t = pn_tls_take_turn(st)) != NULL)
        pn_tls_advance(t);
    if (st->generation == generation)
        pn_tls_next_turn(st);
    pn_callback_scope_close(st, scope);
}

void
pn_tls_turns_init(PnState *st)
{
    pn_links_init(&st->tls_waiting);
    pn_loop_timer_init(&st->tls_next, on_next, true);
}

/* --- struct pn_filter_ops --- */

/* The memory of `input` is the loop's, for this read only: keeps what has not been used. */
static void
keep_rest(PnTLS *t)
{
    size_t len = t->input_len;
    t->input_len = 0;
    if (len > 0 && pn_tls_is_on(t) && !t->failed && !t->peer_closed && pn_tls_keep_input(t, t->input, len) < 0)
        pn_tls_fail_with(t, NULL);
}

static void
filter_received(PnDuplex *s, ssize_t nread, char *base)
{
    PnTLS *t = of(s);
    if (nread > 0 && t->peer_closed)
        return; /* behind close_notify: it does not count */
    if (nread > 0) {
        t->input = base;
        t->input_len = (size_t)nread;
        if (t->stash.count > 0)
            keep_rest(t); /* behind what has come before */
    }
    else if (nread == UV_EOF) {
        s->io->reading = false;
        t->wire_ended = true;
    }
    else {
        pn_tls_fail_with(t, pn_duplex_uv_error(s, (int)nread, "read"));
        return;
    }
    Py_INCREF(t);
    if (pn_tls_is_on(t) && pn_tls_may_go_on(t))
        pn_tls_advance(t);
    keep_rest(t);
    Py_DECREF(t);
}

static void
filter_flush(PnDuplex *s)
{
    PnTLS *t = of(s);
    s->wq->busy = true;
    s->wq->in_flight = 0;
    if (!t->established || t->inside || t->out.count > 0 || t->failed)
        return;
    Py_INCREF(t);
    Py_INCREF(s);
    pn_tls_seal(t);
    if (pn_tls_is_on(t))
        pn_tls_advance_soon(t);
    Py_DECREF(s);
    Py_DECREF(t);
}

static void
filter_shutdown(PnDuplex *s)
{
    PnTLS *t = of(s);
    t->closes = true;
    if (t->st->closed || (t->whole == 0 && t->stash.count == 0))
        close_notify(t);
    else
        pn_tls_advance_soon(t); /* which decrypts first: with data of the peer, unwrap() fails, and they are lost */
}

static int
filter_read_start(PnDuplex *s)
{
    PnTLS *t = of(s);
    t->wants = true;
    if (t->plain.count > 0)
        pn_tls_advance_soon(t);
    return t->wire_ended ? 0 : pn_stream_read_start(s->io);
}

static void
filter_read_stop(PnDuplex *s)
{
    PnTLS *t = of(s);
    t->wants = false;
    if (t->established)
        pn_stream_read_stop(s->io);
}

static void
filter_cut(PnDuplex *s)
{
    PnTLS *t = of(s);
    struct pn_stream *io = t->io;
    t->io = NULL;
    pn_loop_disarm(t->st->loop, &t->timer);
    pn_tls_leave_queue(t);
    if (t->requested == 0)
        io->filter = NULL; /* else pn_tls_written() does */
    if (s->wq != NULL && s->wq->busy && (t->requested == 0 || t->sealed == 0))
        s->wq->busy = false; /* it waits for nothing any more */
}

static const struct pn_filter_ops filter_ops = {
    .received = filter_received,
    .flush = filter_flush,
    .written = pn_tls_written,
    .shutdown = filter_shutdown,
    .read_start = filter_read_start,
    .read_stop = filter_read_stop,
    .cut = filter_cut,
};

/* --- beginning --- */

int
pn_tls_check_start(PnDuplex *s)
{
    PnState *st = s->em.st;
    if (pn_is_filtered(s)) {
        pn_raise_net(st, "ERR_TLS_ALREADY", "TLS has been started on this socket already");
        return -1;
    }
    if (s->io == NULL || !s->connected || s->destroyed || s->errored != NULL) {
        pn_raise_uv(st, UV_ENOTCONN, "start_tls");
        return -1;
    }
    if (s->ending || s->r_ended) {
        pn_raise_net(st, s->ending ? "ERR_STREAM_WRITE_AFTER_END" : "ERR_STREAM_PREMATURE_CLOSE",
                     "TLS cannot start: %s",
                     s->ending ? "this end of the connection has ended" : "the peer has ended the connection");
        return -1;
    }
    if (s->r != NULL && s->r->decoding && pn_readable_length(s) > 0) {
        pn_raise_net(st, "ERR_SOCKET_UNREAD_DATA",
                     "TLS cannot start: %zu characters have been decoded and not consumed", pn_readable_length(s));
        return -1;
    }
    return 0;
}

/* `plain_first` bytes of what was written leave as they are, in front of the first bytes of TLS: they count as encrypted.
 * libuv may have some of them. 0, or -1 with MemoryError. */
static int
take_unsent(PnTLS *t, struct pn_writes *wq)
{
    for (size_t i = 0; wq != NULL && i < wq->q.count && t->out.bytes < t->plain_first; i++) {
        const struct pn_chunk *c = pn_chunkq_at(&wq->q, i);
        PyObject *bytes = pn_writes_bytes_of(c);
        if ((bytes != NULL ? pn_chunkq_push(&t->out, *c) : pn_chunkq_push_copy(&t->out, c->base, c->len)) < 0) {
            PyErr_NoMemory();
            return -1;
        }
        Py_XINCREF(bytes);
    }
    return 0;
}

static void
adopt_writes(PnTLS *t, struct pn_writes *wq)
{
    t->sealed = t->out.bytes;
    if (t->sealed == 0)
        return;
    if (wq->busy) {
        t->requested = wq->in_flight;
        Py_INCREF(t);
    }
    wq->busy = true;
}

/* What has been read and not consumed came behind the last message of the plain protocol. 0, or -1 with an exception. */
static int
take_unread(PnTLS *t, PnDuplex *s)
{
    while (pn_readable_length(s) > 0) {
        PyObject *bytes = pn_read_queue_shift(&s->r->q);
        int status =
            bytes == NULL ? -1 : pn_tls_keep_input(t, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
        Py_XDECREF(bytes);
        if (status < 0)
            return -1;
        s->r->searched = s->r->want = 0;
    }
    return 0;
}

static void
begin_tick(PnState *st, PyObject *self, void *arg)
{
    PnTLS *t = PN_TLS(self);
    (void)st;
    (void)arg;
    if (pn_tls_is_on(t))
        pn_tls_advance(t);
}

int
pn_tls_attach(PnTLS *t, PnDuplex *s)
{
    PnState *st = s->em.st;
    if (pn_takes_frames(s) || (s->wq != NULL && s->wq->fds != NULL)) {
        pn_raise_coded(PyExc_TypeError, "ERR_INVALID_HANDLE_TYPE",
                       "TLS cannot start: the socket carries handles, which cannot be encrypted");
        return -1;
    }
    pn_read_direct_end(s);
    if (pn_extras_of(PN_SOCKET(s)) == NULL || take_unsent(t, s->wq) < 0 || pn_tls_arm(t) < 0)
        return -1;
    t->s = s;
    t->io = s->io;
    t->connection = s->em.connection;
    t->filter.ops = &filter_ops;
    t->wants = s->io->reading;
    adopt_writes(t, s->wq);
    s->io->filter = &t->filter;
    s->io->own_buffer = false;
    s->can_send = false;
    Py_XSETREF(PN_SOCKET(s)->extras->tls, Py_NewRef((PyObject *)t));
    if (take_unread(t, s) < 0)
        goto failed;
    int status = pn_stream_read_start(s->io);
    if (status < 0) {
        pn_raise_uv(st, status, "read");
        goto failed;
    }
    if (pn_tick(st, begin_tick, (PyObject *)t, NULL) == 0)
        return 0;
failed:
    pn_duplex_destroy_steal(s, NULL); /* it has lost bytes, or will send none */
    return 0;
}
