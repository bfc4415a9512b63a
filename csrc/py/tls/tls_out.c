/* tls_out.c - encrypts the write queue of a socket, and ends its writable half.
 *
 * A batch of the queue is encrypted, record by record, and stays in the queue until all of it has left: so `drain`,
 * max_write_buffer and the callbacks of writes count the user's bytes. The next batch begins when the last has left. */
#include "py/tls/tls.h"

#include <string.h>

#include "py/base/errors.h"
#include "py/stream/duplex.h"
#include "py/stream/duplex_errors.h"
#include "py/stream/writes.h"

#define RECORD 16384 /* the most that a record of TLS holds */
#define BATCH  ((size_t)16 * RECORD)
#define SHORT  4096 /* shorter chunks are joined to one record */

/* --- encrypting --- */

/* A place in the write queue. */
struct cursor {
    size_t chunk, offset;
};

/* Copies up to a record of the queue, from the cursor on. */
static size_t
join(const struct pn_chunkq *q, struct cursor at, size_t limit, char *record)
{
    size_t len = 0;
    for (; at.chunk < q->count && len < limit; at.chunk++, at.offset = 0) {
        const struct pn_chunk *c = pn_chunkq_at(q, at.chunk);
        size_t n = c->len - at.offset < limit - len ? c->len - at.offset : limit - len;
        memcpy(record + len, c->base + at.offset, n);
        len += n;
    }
    return len;
}

static void
step(const struct pn_chunkq *q, struct cursor *at, size_t n)
{
    at->offset += n;
    while (at->chunk < q->count && at->offset >= pn_chunkq_at(q, at->chunk)->len) {
        at->offset -= pn_chunkq_at(q, at->chunk)->len;
        at->chunk++;
    }
}

/* Encrypts the next record of the queue. Returns what pn_tls_call_write() does. While the GIL is released, another thread
 * may clear the queue: what is encrypted is held, or copied. */
static Py_ssize_t
seal_record(PnTLS *t, struct cursor at, size_t limit)
{
    char record[RECORD];
    const struct pn_chunkq *q = &t->s->wq->q;
    const struct pn_chunk *c = pn_chunkq_at(q, at.chunk);
    PyObject *bytes = pn_writes_bytes_of(c);
    size_t len = c->len - at.offset;
    if (limit > RECORD)
        limit = RECORD;
    if (bytes == NULL || (len < SHORT && len < limit)) {
        len = join(q, at, limit, record);
        return pn_tls_call_write(t, NULL, record, len);
    }
    if (len > limit)
        len = limit;
    const char *base = c->base + at.offset;
    bool whole = base == PyBytes_AS_STRING(bytes) && len == (size_t)PyBytes_GET_SIZE(bytes);
    Py_INCREF(bytes);
    Py_ssize_t n = pn_tls_call_write(t, whole ? bytes : NULL, base, len);
    Py_DECREF(bytes);
    return n;
}

/* Encrypts a batch of the queue into `out`; the last record stays in the SSLObject. 0, or PN_TLS_ERROR with an exception. */
static int
seal_batch(PnTLS *t)
{
    struct cursor at = {0, 0};
    size_t limit = pn_writes_unheld(t->s);
    if (limit > BATCH)
        limit = BATCH;
    while (t->sealed < limit) {
        Py_ssize_t n = seal_record(t, at, limit - t->sealed);
        if (n == PN_TLS_WANTS)
            t->stalled = true;
        if (n == PN_TLS_OVER) {
            PyErr_SetString(PyExc_ConnectionError, "TLS has been closed");
            n = PN_TLS_ERROR;
        }
        bool on = pn_tls_is_on(t) && t->s->wq != NULL && t->s->wq->busy;
        if (n < 0 || !on)
            return n == PN_TLS_ERROR ? PN_TLS_ERROR : 0;
        t->sealed += (size_t)n;
        step(&t->s->wq->q, &at, (size_t)n);
        if (t->sealed < limit && pn_tls_collect(t) < 0)
            return PN_TLS_ERROR;
    }
    return 0;
}

/* Sending has failed: a tick answers the writes, and destroys the socket. */
static void
fail_sending(PnTLS *t, int status)
{
    PnDuplex *s = t->s;
    if (!t->established) {
        pn_tls_fail_with(t, pn_duplex_uv_error(s, status, "write"));
        return;
    }
    if (s->wq != NULL)
        s->wq->busy = false;
    pn_writable_fail_soon(s, status);
}

static bool
may_seal(const PnTLS *t)
{
    return pn_tls_is_on(t) && t->s->wq != NULL && t->s->wq->busy && !t->stalled && !t->failed;
}

void
pn_tls_seal(PnTLS *t)
{
    PnDuplex *s = t->s;
    while (may_seal(t) && t->out.count == 0 && pn_writes_unheld(s) > 0) {
        if (seal_batch(t) < 0) {
            if (pn_tls_is_on(t))
                pn_tls_fail(t);
            PyErr_Clear();
            break;
        }
        if (!pn_tls_is_on(t) || s->wq == NULL)
            break;
        int status = t->out.count == 0 ? pn_tls_send_record(t) : pn_tls_collect(t) == 0 ? pn_tls_send(t) : 1;
        if (status > 0) {
            pn_tls_fail(t);
            break;
        }
        if (status < 0) {
            fail_sending(t, status);
            break;
        }
        if (t->out.count == 0) {
            pn_writes_left(s->wq, t->sealed);
            t->sealed = 0;
        }
    }
    if (may_seal(t) && t->out.count == 0) {
        s->wq->busy = false;
        pn_writable_settle_soon(s);
    }
}

/* --- what libuv has sent --- */

/* All of `out` has left. */
static void
sent_all(PnTLS *t)
{
    if (t->fin) {
        t->fin = false;
        pn_stream_shutdown(t->io);
    }
    if (t->established || t->sealed > 0)
        pn_tls_batch_left(t);
}

void
pn_tls_batch_left(PnTLS *t)
{
    struct pn_writes *wq = t->s->wq;
    size_t n = t->sealed;
    t->sealed = 0;
    if (wq == NULL || !wq->busy)
        return;
    wq->in_flight = n;
    pn_writable_written(t->s, 0); /* which comes for the next batch */
}

void
pn_tls_written(PnDuplex *s, struct pn_stream *io, int status)
{
    PnTLS *t = pn_tls_of_filter(io->filter);
    size_t n = t->requested;
    t->requested = 0;
    if (status == 0)
        (void)pn_chunkq_consume(&t->out, n);
    if (!pn_tls_is_on(t)) {
        io->filter = NULL;
        if (s->wq != NULL && s->wq->busy && s->destroyed && s->em.connection == t->connection) {
            s->wq->in_flight = t->sealed;
            pn_writable_written(s, status == 0 && t->out.count > 0 ? UV_ECANCELED : status);
        }
    }
    else {
        if (status == 0)
            status = pn_tls_send(t);
        if (status != 0)
            fail_sending(t, status);
        else if (t->out.count == 0)
            sent_all(t);
    }
    Py_DECREF(t);
}

/* --- the end --- */

void
pn_tls_close_notify(PnTLS *t)
{
    t->closes = true;
    if (!t->established || t->inside)
        return; /* pn_tls_advance() goes on */
    t->closes = false;
    if (pn_tls_call_shutdown(t) == PN_TLS_ERROR)
        PyErr_Clear(); /* such as that the peer has gone: then there is no one to tell */
    int status = 0;
    if (pn_tls_is_on(t)) {
        if (pn_tls_collect(t) < 0)
            PyErr_Clear();
        status = pn_tls_send(t);
    }
    if (pn_tls_is_on(t) && (status != 0 || t->out.count == 0))
        pn_stream_shutdown(t->io); /* which fails as well, if sending has */
    else if (pn_tls_is_on(t))
        t->fin = true;
}
