/* tls_in.c - decrypts what has come, and delivers it to the reading half.
 *
 * The SSLObject decrypts into the memory of st->direct, so that many records are one chunk, and a big chunk is not copied
 * again. A reader (the option `onread`) gets a copy in its own buffer, when it wants one. */
#include "py/tls/tls.h"

#include <string.h>

#include "core/client_hello.h"
#include "py/base/errors.h"
#include "py/events/emitter.h"
#include "py/stream/duplex.h"
#include "py/stream/read_bytes.h"

#define PIECE 16896 /* a record, and a little more */

/* --- what comes --- */

static int
keep(struct pn_chunkq *q, const char *base, size_t len)
{
    if (pn_chunkq_push_copy(q, base, len) == 0)
        return 0;
    PyErr_NoMemory();
    return -1;
}

/* The pieces of the first record as one. */
static int
join_hello(PnTLS *t, const char **base, size_t *len)
{
    char *all = PyMem_RawMalloc(t->hello.bytes);
    if (all == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *base = all;
    *len = 0;
    while (t->hello.count > 0) {
        struct pn_chunk c = pn_chunkq_shift(&t->hello);
        memcpy(all + *len, c.base, c.len);
        *len += c.len;
        c.release(c.owner);
    }
    struct pn_chunk one = {all, *len, all, PyMem_RawFree};
    if (pn_chunkq_push(&t->hello, one) == 0)
        return 0;
    PyMem_RawFree(all);
    PyErr_NoMemory();
    return -1;
}

/* Learns the name of the server that the client asks for, from its first record: the SSLObject does not tell it. */
static int
look_for_name(PnTLS *t, const char *base, size_t len)
{
    const char *name;
    size_t name_len;
    if (t->hello.count > 0 && (keep(&t->hello, base, len) < 0 || join_hello(t, &base, &len) < 0))
        return -1;
    int found = pn_client_hello_name((const uint8_t *)base, len, &name, &name_len);
    if (found > 0)
        t->hostname = PyUnicode_DecodeASCII(name, (Py_ssize_t)name_len, NULL);
    int status = found > 0 && t->hostname == NULL    ? -1
                 : found == 0 && t->hello.count == 0 ? keep(&t->hello, base, len)
                                                     : 0;
    t->asks_name = found == 0;
    if (found != 0)
        pn_chunkq_clear(&t->hello);
    return status;
}

int
pn_tls_keep_input(PnTLS *t, const char *base, size_t len)
{
    return keep(&t->stash, base, len);
}

/* Gives the SSLObject what has come, a MemoryBIO a piece of it: so it stays small, and keeps little memory when the
 * connection is idle. 1, or 0: nothing has come; -1 with an exception. */
static int
feed(PnTLS *t)
{
    bool stashed = t->stash.count > 0;
    const struct pn_chunk *c = stashed ? pn_chunkq_at(&t->stash, 0) : NULL;
    const char *base = stashed ? c->base : t->input;
    size_t len = stashed ? c->len : t->input_len;
    if (len == 0)
        return 0;
    if (len > PIECE && t->bio.in == NULL)
        len = PIECE;
    if ((t->asks_name && look_for_name(t, base, len) < 0) || pn_tls_call_feed(t, base, &len) < 0)
        return -1;
    if (stashed && pn_tls_bio_settle(t) < 0)
        return -1;
    if (stashed)
        (void)pn_chunkq_consume(&t->stash, len);
    else {
        t->input += len;
        t->input_len -= len;
    }
    return 1;
}

int
pn_tls_feed_all(PnTLS *t)
{
    int status;
    while ((status = feed(t)) > 0) {
    }
    return status;
}

/* There may be something to decrypt. */
static bool
has_input(const PnTLS *t)
{
    return t->whole > 0 || t->input_len > 0 || t->stash.count > 0;
}

/* --- delivering --- */

static struct pn_reads *
reader_of(const PnTLS *t)
{
    return t->s->r != NULL && t->s->r->reader != NULL ? t->s->r : NULL;
}

void
pn_tls_give_reader(PnTLS *t)
{
    PnDuplex *s = t->s;
    while (pn_tls_is_on(t) && t->plain.count > 0 && t->wants) {
        const struct pn_chunk *c = pn_chunkq_at(&t->plain, 0);
        size_t n = c->len, room = 0;
        char *base = NULL;
        if (reader_of(t) == NULL) {
            struct pn_chunk own = pn_chunkq_shift(&t->plain);
            pn_duplex_deliver(s, (char *)(uintptr_t)own.base, own.len);
            own.release(own.owner);
            continue;
        }
        s->r->reader->alloc(s, &base, &room);
        if (room == 0)
            return;
        if (n > room)
            n = room;
        memcpy(base, c->base, n);
        (void)pn_chunkq_consume(&t->plain, n);
        s->bytes_read += n;
        s->r->reader->data(s, n);
    }
}

/* 0, or -1 with MemoryError. */
static int
deliver(PnTLS *t, char *base, size_t len)
{
    if (reader_of(t) == NULL && t->plain.count == 0) {
        pn_duplex_deliver(t->s, base, len);
        return 0;
    }
    if (keep(&t->plain, base, len) < 0)
        return -1;
    pn_tls_give_reader(t);
    return 0;
}

/* The peer has ended: by close_notify, or with its FIN only. */
static void
end(PnTLS *t, bool by_notify)
{
    if (t->ended || t->plain.count > 0)
        return;
    t->ended = true;
    if (by_notify || !t->strict_end) {
        pn_readable_eof(t->s);
        return;
    }
    PyErr_SetNone(pn_tls_function(t->st, PN_TLS_EOF_ERROR));
    pn_tls_fail(t);
}

/* How often a session is asked for a ticket: it comes before the first data, and CPython before 3.12.7 leaks 6 KiB each
 * time (gh-116810). */
#define LOOKS 8

/* `session`, once, when the session can be resumed. */
static void
look_for_ticket(PnTLS *t)
{
    PnDuplex *s = t->s;
    if (t->ticket_seen || !pn_has_listeners(&s->em, t->st->names.session))
        return;
    if (!pn_tls_enter(t))
        return;
    PyObject *session = PyObject_CallOneArg(pn_tls_function(t->st, PN_TLS_TICKET), t->ssl_object);
    t->inside = false; /* what has waited meanwhile goes on at the end of pn_tls_advance() */
    if (session == NULL) {
        PyErr_WriteUnraisable((PyObject *)s);
        return;
    }
    bool found = session != Py_None && session != Py_False, emits = found && pn_tls_is_on(t) && !t->ticket_seen;
    if (found || session == Py_False || ++t->looks == LOOKS)
        t->ticket_seen = true;
    if (emits)
        (void)pn_emit1(&s->em, t->st->names.session, session);
    Py_DECREF(session);
}

/* --- decrypting --- */

/* Decrypts into `base` what there is. Returns how much; `*outcome` is that of the last call, 0: nothing was left to call
 * for, or the memory is full. */
static size_t
decrypt(PnTLS *t, char *base, size_t size, Py_ssize_t *outcome)
{
    size_t len = 0;
    *outcome = 0;
    while (len < size && pn_tls_is_on(t) && has_input(t)) {
        if (t->whole == 0 && feed(t) < 0) {
            *outcome = PN_TLS_ERROR;
            break;
        }
        if (t->whole == 0)
            continue;
        Py_ssize_t n = pn_tls_call_read(t, base + len, size - len);
        *outcome = n < 0 ? n : 0;
        if (n == PN_TLS_ERROR || n == PN_TLS_OVER)
            break;
        len += n > 0 ? (size_t)n : 0;
    }
    if (*outcome == PN_TLS_ERROR)
        pn_tls_bio_forget(t);
    else if (pn_tls_bio_settle(t) < 0)
        *outcome = PN_TLS_ERROR;
    return len;
}

/* The class of st->direct with room for all that has come, if one has. */
static size_t
class_of_room(const PnTLS *t)
{
    size_t c = 0;
    while (c + 1 < PN_READ_CLASSES && t->input_len > (size_t)pn_read_bytes_capacity(c))
        c++;
    return c;
}

/* The memory to decrypt into; the caller owns it meanwhile. NULL with MemoryError. */
static PyObject *
take_room(PnState *st, size_t c)
{
    PyObject *room = st->direct[c];
    st->direct[c] = NULL;
    return room != NULL ? room : PyBytes_FromStringAndSize(NULL, pn_read_bytes_capacity(c));
}

/* From now on the reading half may make a chunk of it. The caller keeps its reference if there is another one already. */
static bool
give_room(PnState *st, PyObject *room, size_t c)
{
    if (st->direct[c] != NULL || st->closed)
        return false;
    st->direct[c] = room;
    return true;
}

/* What the last call of the SSLObject said, after everything before it has been delivered. */
static int
after(PnTLS *t, Py_ssize_t outcome)
{
    if (outcome == PN_TLS_ERROR) {
        pn_tls_fail(t);
        return -1;
    }
    if (outcome == PN_TLS_OVER)
        t->peer_closed = true;
    if (t->peer_closed || (t->wire_ended && !has_input(t)))
        end(t, t->peer_closed);
    return 0;
}

int
pn_tls_read(PnTLS *t)
{
    PnState *st = t->st;
    Py_ssize_t outcome = PN_TLS_ERROR;
    if (t->peer_closed)
        return after(t, PN_TLS_OVER);
    size_t c = class_of_room(t), size = (size_t)pn_read_bytes_capacity(c);
    PyObject *room = take_room(st, c);
    size_t len = room != NULL ? decrypt(t, PyBytes_AS_STRING(room), size, &outcome) : 0;
    PyObject *error = outcome == PN_TLS_ERROR ? pn_take_exception() : NULL;
    if (outcome != 0 && pn_tls_is_on(t)) { /* TLS itself may have something to answer */
        if (pn_tls_collect(t) == 0)
            (void)pn_tls_send_or_drop(t);
        PyErr_Clear();
    }
    if (outcome != PN_TLS_ERROR && pn_tls_is_on(t))
        look_for_ticket(t); /* tickets come before the first data */
    bool given = room != NULL && give_room(st, room, c);
    if (len > 0 && pn_tls_is_on(t) && deliver(t, PyBytes_AS_STRING(room), len) < 0)
        outcome = PN_TLS_ERROR;
    if (!given)
        Py_XDECREF(room);
    if (!pn_tls_is_on(t)) {
        Py_XDECREF(error);
        return -1;
    }
    pn_put_back_exception(error);
    if (after(t, outcome) < 0 || !pn_tls_is_on(t))
        return -1;
    return outcome != PN_TLS_OVER && has_input(t);
}
