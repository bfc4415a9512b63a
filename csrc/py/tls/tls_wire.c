/* tls_wire.c - sends what the SSLObject has for the peer: records of data, flights of the handshake, alerts. */
#include "py/tls/tls.h"

#include "py/base/errors.h"

#define IOV    64
#define RECORD 16896 /* a record that is encrypted, and a little more */

static void
release_object(void *owner)
{
    Py_DECREF((PyObject *)owner);
}

int
pn_tls_collect(PnTLS *t)
{
    if (t->bio.in != NULL)
        return pn_tls_bio_collect(t);
    PyObject *bytes = pn_tls_call_take(t);
    if (bytes == NULL)
        return -1;
    struct pn_chunk chunk = {PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes), bytes, release_object};
    if (chunk.len > 0 && pn_chunkq_push(&t->out, chunk) == 0)
        return 0;
    Py_DECREF(bytes);
    if (chunk.len == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

static size_t
fill(const struct pn_chunkq *q, struct iovec *iov, size_t *offered)
{
    size_t n = 0;
    *offered = 0;
    for (; n < q->count && n < IOV; n++) {
        const struct pn_chunk *c = pn_chunkq_at(q, n);
        iov[n].iov_base = (void *)(uintptr_t)c->base;
        iov[n].iov_len = c->len;
        *offered += c->len;
    }
    return n;
}

/* That of tls_bio.c, from where it is. 0, a status, or 1 with an exception. */
static int
send_where_it_is(PnTLS *t)
{
    struct iovec iov = {t->bio.out->data, t->bio.out->length};
    ssize_t sent = pn_stream_try_write(t->io, &iov, 1);
    if (sent == (ssize_t)iov.iov_len || (sent < 0 && sent != UV_EAGAIN)) {
        pn_tls_bio_sent(t);
        return sent < 0 ? (int)sent : 0;
    }
    if (pn_tls_bio_collect(t) < 0)
        return 1;
    (void)pn_chunkq_consume(&t->out, sent > 0 ? (size_t)sent : 0);
    return pn_tls_send(t);
}

int
pn_tls_send_record(PnTLS *t)
{
    char record[RECORD];
    if (t->requested == 0 && t->bio.in != NULL && t->bio.out->length > 0)
        return send_where_it_is(t);
    size_t len = t->requested == 0 ? pn_tls_direct_take(t, record, sizeof(record)) : 0;
    if (len > 0) {
        struct iovec iov = {record, len};
        ssize_t sent = pn_stream_try_write(t->io, &iov, 1);
        if (sent < 0 && sent != UV_EAGAIN)
            return (int)sent;
        if (sent < 0)
            sent = 0;
        if ((size_t)sent < len && pn_chunkq_push_copy(&t->out, record + sent, len - (size_t)sent) < 0) {
            PyErr_NoMemory();
            return 1;
        }
        if (len < sizeof(record) && (size_t)sent == len)
            return 0;
    }
    return pn_tls_collect(t) < 0 ? 1 : pn_tls_send(t);
}

/* The rest is libuv's, which keeps the memory in use: the filter lives until pn_tls_written(). */
static int
request(PnTLS *t)
{
    struct iovec iov[IOV];
    size_t offered, n = fill(&t->out, iov, &offered);
    int status = pn_stream_write(t->io, iov, n, -1);
    if (status == 0) {
        t->requested = offered;
        Py_INCREF(t);
    }
    return status;
}

int
pn_tls_send(PnTLS *t)
{
    while (t->io != NULL && t->requested == 0 && t->out.count > 0) {
        struct iovec iov[IOV];
        size_t offered, n = fill(&t->out, iov, &offered);
        ssize_t sent = pn_stream_try_write(t->io, iov, n);
        if (sent < 0 && sent != UV_EAGAIN)
            return (int)sent;
        (void)pn_chunkq_consume(&t->out, sent > 0 ? (size_t)sent : 0);
        if (sent < (ssize_t)offered)
            return request(t);
    }
    return 0;
}

int
pn_tls_send_or_drop(PnTLS *t)
{
    int status = pn_tls_send(t);
    if (status == 0 || t->sealed > 0)
        return status;
    pn_chunkq_clear(&t->out);
    return 0;
}
