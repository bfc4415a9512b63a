/* writes.c - the write queue of a socket: sends its chunks, calls the callbacks of write() and end() in order, or with
 * an error when a write fails or the socket is destroyed.
 *
 * Owns: the chunks until the kernel has accepted them; a record for each write with a callback, called exactly once. */
#include "py/stream/writes.h"

#include <string.h>

#include "py/stream/duplex_errors.h"
#include "uvio/fd.h"

#define SPARE_CHUNKS 4    /* the smallest ring of a queue */
#define MAX_IOV      1024 /* the kernel's limit, IOV_MAX */

/* --- the queue --- */

struct pn_writes *
pn_writes_of(PnDuplex *s)
{
    PnState *st = s->em.st;
    if (s->wq == NULL && st->spare_writes != NULL) {
        s->wq = st->spare_writes;
        st->spare_writes = NULL;
    }
    else if (s->wq == NULL) {
        s->wq = PyMem_RawCalloc(1, sizeof(*s->wq));
        if (s->wq == NULL)
            PyErr_NoMemory();
        else
            pn_chunkq_init(&s->wq->q);
    }
    return s->wq;
}

#define OF_CLEANUP(c) ((struct pn_write_fd *)(void *)((char *)(c) - offsetof(struct pn_write_fd, cleanup)))

static void
close_fd(struct pn_cleanup *c)
{
    struct pn_write_fd *f = OF_CLEANUP(c);
    if (f->fd >= 0)
        pn_fd_close(f->fd);
    f->fd = -1;
}

static void
close_fd_at_exit(struct pn_cleanup *c)
{
    close_fd(c);
    pn_cleanup_remove(OF_CLEANUP(c)->st, c);
}

static void
free_fd(struct pn_write_fd *f)
{
    close_fd_at_exit(&f->cleanup);
    PyMem_RawFree(f);
}

/* Closes the descriptors of the bytes before `end`: they have left, or never will. */
static void
close_fds(struct pn_writes *wq, uint64_t end)
{
    while (wq->fds != NULL && wq->fds->at < end) {
        struct pn_write_fd *f = wq->fds;
        wq->fds = f->next;
        free_fd(f);
    }
}

static void
drop_queue(struct pn_writes *wq)
{
    pn_chunkq_clear(&wq->q);
    close_fds(wq, UINT64_MAX);
}

/* Where the queue begins, counted as `queued`. */
static uint64_t
start_of(const struct pn_writes *wq)
{
    return wq->queued - wq->q.bytes;
}

/* Frees an empty queue, or keeps it with its ring: a connection with TLS needs one for each message. */
static void
put_away(PnState *st, struct pn_writes *wq)
{
    struct pn_chunkq q = {.ring = wq->q.ring, .capacity = wq->q.capacity};
    if (st->spare_writes != NULL || q.capacity > SPARE_CHUNKS) {
        pn_chunkq_clear(&wq->q);
        PyMem_RawFree(wq);
        return;
    }
    memset(wq, 0, sizeof(*wq));
    wq->q = q;
    st->spare_writes = wq;
}

void
pn_writes_tidy(PnDuplex *s)
{
    struct pn_writes *wq = s->wq;
    if (wq == NULL || wq->q.count > 0 || wq->first != NULL || wq->busy || wq->holds || wq->on_finish != NULL)
        return;
    s->wq = NULL;
    put_away(s->em.st, wq);
}

void
pn_writes_free(PnDuplex *s)
{
    struct pn_writes *wq = s->wq;
    if (wq == NULL)
        return;
    s->wq = NULL;
    drop_queue(wq);
    while (wq->first != NULL) {
        struct pn_write_record *r = wq->first;
        wq->first = r->next;
        Py_XDECREF(r->callback);
        PyMem_RawFree(r);
    }
    Py_XDECREF(wq->on_finish);
    PyMem_RawFree(wq);
}

int
pn_writes_traverse(PnDuplex *s, visitproc visit, void *arg)
{
    if (s->wq == NULL)
        return 0;
    Py_VISIT(s->wq->on_finish);
    for (struct pn_write_record *r = s->wq->first; r != NULL; r = r->next)
        Py_VISIT(r->callback);
    return 0;
}

static void
release_object(void *owner)
{
    Py_DECREF((PyObject *)owner);
}

PyObject *
pn_writes_bytes_of(const struct pn_chunk *chunk)
{
    return chunk->release == release_object ? chunk->owner : NULL;
}

int
pn_writes_append(struct pn_writes *wq, PyObject *bytes, const char *base, size_t len)
{
    struct pn_chunk chunk = {base, len, bytes, release_object};
    if (len == 0)
        return 0;
    if ((bytes != NULL ? pn_chunkq_push(&wq->q, chunk) : pn_chunkq_push_copy(&wq->q, base, len)) < 0) {
        PyErr_NoMemory();
        return -1;
    }
    Py_XINCREF(bytes);
    wq->queued += len;
    return 0;
}

int
pn_writes_append_fd(PnState *st, struct pn_writes *wq, int fd)
{
    struct pn_write_fd *f = PyMem_RawMalloc(sizeof(*f));
    if (f == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *f = (struct pn_write_fd){
        .cleanup = {.at_exit = close_fd_at_exit, .after_fork = close_fd}, .st = st, .at = wq->queued, .fd = fd};
    pn_cleanup_add(st, &f->cleanup);
    if (wq->fds != NULL)
        wq->last_fd->next = f;
    else
        wq->fds = f;
    wq->last_fd = f;
    return 0;
}

void
pn_writes_cut_fd(struct pn_writes *wq)
{
    struct pn_write_fd *f = wq->last_fd, **link = &wq->fds;
    wq->last_fd = NULL;
    for (; *link != f; link = &(*link)->next)
        wq->last_fd = *link;
    *link = NULL;
    bool appended = wq->queued > f->at;
    struct pn_chunk chunk = appended ? pn_chunkq_pop(&wq->q) : (struct pn_chunk){0};
    wq->queued = f->at;
    if (wq->connect_end > wq->queued)
        wq->connect_end = wq->queued;
    free_fd(f);
    if (appended)
        chunk.release(chunk.owner);
}

/* --- callbacks --- */

static bool
is_sent(const struct pn_writes *wq, const struct pn_write_record *r)
{
    return wq->sent >= r->end && !r->held;
}

void
pn_writes_release(PnDuplex *s, bool early)
{
    s->wq->holds = false;
    for (struct pn_write_record *r = s->wq->first; r != NULL; r = r->next) {
        r->held = r->held && early && !r->early;
        s->wq->holds |= r->held;
    }
}

static void
run_ready_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    pn_writes_run_ready(PN_DUPLEX(self));
    pn_writes_tidy(PN_DUPLEX(self));
}

void
pn_writes_run_ready(PnDuplex *s)
{
    PnState *st = s->em.st;
    while (s->wq != NULL && s->wq->first != NULL) {
        struct pn_writes *wq = s->wq;
        struct pn_write_record *r = wq->first;
        if (r->in_tick || (r->callback != NULL && !is_sent(wq, r)))
            return;
        if (st->loop != NULL && st->loop->halted) {
            /* run() has to raise first: the tick waits for the next run(). */
            if (pn_tick(st, run_ready_tick, (PyObject *)s, NULL) < 0)
                PyErr_WriteUnraisable((PyObject *)s);
            return;
        }
        wq->first = r->next;
        if (wq->first == NULL)
            wq->last = NULL;
        PyObject *callback = r->callback;
        PyMem_RawFree(r);
        if (callback == NULL)
            continue;
        (void)pn_call_one(st, (PyObject *)s, callback, NULL);
        Py_DECREF(callback);
    }
}

/* The error for callbacks of a destroyed socket: the socket's error, else ERR_STREAM_DESTROYED. New reference. */
static PyObject *
why_destroyed(PnDuplex *s, bool by_end)
{
    PyObject *error = Py_XNewRef(s->errored);
    if (error == NULL)
        error = pn_duplex_error(s, "ERR_STREAM_DESTROYED",
                                by_end ? "Cannot call end after a stream was destroyed"
                                       : "Cannot call write after a stream was destroyed");
    return error != NULL ? error : pn_take_exception();
}

void
pn_writes_call_all(PnDuplex *s, PyObject *callbacks, PyObject *error)
{
    for (Py_ssize_t i = 0; callbacks != NULL && i < PyList_GET_SIZE(callbacks); i++)
        (void)pn_call_one(s->em.st, (PyObject *)s, PyList_GET_ITEM(callbacks, i), error);
    Py_XDECREF(callbacks);
}

static void
fail_end_callbacks(PnDuplex *s)
{
    PyObject *on_finish = s->wq != NULL ? s->wq->on_finish : NULL;
    if (on_finish == NULL)
        return;
    s->wq->on_finish = NULL; /* making an error may run user code */
    PyObject *error = why_destroyed(s, true);
    pn_writes_call_all(s, on_finish, error);
    Py_XDECREF(error);
}

static void
fail_end_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    fail_end_callbacks(PN_DUPLEX(self));
    pn_writes_tidy(PN_DUPLEX(self));
}

void
pn_writes_fail_end_soon(PnDuplex *s)
{
    struct pn_writes *wq = s->wq;
    if (wq == NULL || wq->on_finish == NULL || wq->busy || wq->q.count > 0 || (wq->before_connect && s->was_connecting))
        return;
    pn_tick_sure(s->em.st, fail_end_tick, (PyObject *)s, NULL, 1);
}

static void
fail_corked_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    (void)st;
    (void)arg;
    if (!s->destroyed || s->wq == NULL || s->wq->busy)
        return;
    PyObject *error = why_destroyed(s, false);
    if (s->destroyed)
        pn_writes_fail(s, error, error);
    Py_XDECREF(error);
}

void
pn_writes_fail_corked_soon(PnDuplex *s)
{
    struct pn_writes *wq = s->wq;
    if (wq == NULL || s->corked == 0 || wq->busy || (wq->q.count == 0 && !wq->holds) ||
        (wq->before_connect && s->was_connecting))
        return;
    pn_tick_sure(s->em.st, fail_corked_tick, (PyObject *)s, NULL, 1);
}

/* The place in the tick queue that a write() reserved for its callback. */
static void
record_tick(PnState *st, PyObject *self, void *arg)
{
    PnDuplex *s = PN_DUPLEX(self);
    struct pn_write_record *r = arg;
    (void)st;
    r->in_tick = false;
    pn_writes_run_ready(s);
    if (s->destroyed && s->wq != NULL && !s->wq->busy && s->wq->q.count == 0)
        fail_end_callbacks(s);
    pn_writes_tidy(s);
}

void
pn_writes_answer_by_tick(PnDuplex *s, bool but_early)
{
    for (struct pn_write_record *r = s->wq->first; r != NULL; r = r->next) {
        if ((but_early && r->early) || r->in_tick)
            continue;
        r->in_tick = true;
        if (pn_tick(s->em.st, record_tick, (PyObject *)s, r) < 0) {
            r->in_tick = false;
            PyErr_WriteUnraisable((PyObject *)s);
        }
        return; /* those behind it follow */
    }
}

int
pn_writes_add_record(PnDuplex *s, PyObject *callback, bool by_tick)
{
    struct pn_writes *wq = pn_writes_of(s);
    struct pn_write_record *r = wq != NULL ? PyMem_RawMalloc(sizeof(*r)) : NULL;
    if (r == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    r->next = NULL;
    r->callback = Py_NewRef(callback);
    r->end = wq->queued;
    r->in_tick = by_tick;
    r->early = r->held = false;
    if (by_tick && pn_tick(s->em.st, record_tick, (PyObject *)s, r) < 0) {
        Py_DECREF(callback);
        PyMem_RawFree(r);
        return -1;
    }
    if (wq->last != NULL)
        wq->last->next = r;
    else
        wq->first = r;
    wq->last = r;
    return 0;
}

/* callback(error) by a tick: self is the tuple (socket, callback, error). */
static void
answer_tick(PnState *st, PyObject *self, void *arg)
{
    (void)arg;
    (void)pn_call_one(st, PyTuple_GET_ITEM(self, 0), PyTuple_GET_ITEM(self, 1), PyTuple_GET_ITEM(self, 2));
}

int
pn_writes_answer_soon(PnDuplex *s, PyObject *callback, PyObject *error)
{
    PyObject *all = PyTuple_Pack(3, (PyObject *)s, callback, error != NULL ? error : Py_None);
    int status = all == NULL ? -1 : pn_tick(s->em.st, answer_tick, all, NULL);
    Py_XDECREF(all);
    return status;
}

/* Calls callback(error) by a tick; without memory for the tick, reports that to sys.unraisablehook. */
static void
answer_or_report(PnDuplex *s, PyObject *callback, PyObject *error)
{
    if (pn_writes_answer_soon(s, callback, error) < 0)
        PyErr_WriteUnraisable(callback);
}

/* The `end` of a record that was taken out of the queue: how far its write had come. */
enum { TAKEN_SENT, TAKEN_FIRST, TAKEN_WAITING };

/* Takes the callbacks out of the queue as a list of records, and empties it. A record whose tick is queued stays in the
 * queue, since the tick points to it: its callback moves to a new record, unless its data has left, which its tick
 * reports. The first write is the one that is under way, or a batch, or the one that waits for the connection. */
static struct pn_write_record *
take_records(PnDuplex *s, PyObject *error)
{
    struct pn_writes *wq = s->wq;
    struct pn_write_record *taken = NULL, **front = &taken, **tail = &taken, **link = &wq->first;
    bool waited = s->was_connecting || wq->before_connect;
    uint64_t first_end = wq->sent + (wq->q.count > 0 ? pn_chunkq_at(&wq->q, 0)->len : 0);
    if (first_end < wq->batch_end)
        first_end = wq->batch_end;
    drop_queue(wq);
    wq->last = NULL;
    wq->holds = false;
    while (*link != NULL) {
        struct pn_write_record *r = *link, *own = r;
        bool sent = is_sent(wq, r);
        bool is_first = waited ? r->early : r->end <= first_end && !r->held;
        if (r->in_tick || (sent && wq->last != NULL)) { /* the tick of the first of a batch calls those behind it */
            wq->last = r;
            link = &r->next;
            if (sent || r->callback == NULL)
                continue;
            own = PyMem_RawMalloc(sizeof(*own));
            if (own == NULL) {
                answer_or_report(s, r->callback, error);
                Py_CLEAR(r->callback);
                continue;
            }
            own->callback = r->callback;
            r->callback = NULL;
        }
        else {
            *link = r->next;
        }
        own->end = sent ? TAKEN_SENT : is_first ? TAKEN_FIRST : TAKEN_WAITING;
        struct pn_write_record **place = waited && is_first ? front : tail; /* a refused write may be before it */
        own->next = *place;
        *place = own;
        if (place == tail)
            tail = &own->next;
        if (waited && is_first)
            front = &own->next;
    }
    return taken;
}

void
pn_writes_fail(PnDuplex *s, PyObject *first, PyObject *rest)
{
    if (s->wq == NULL)
        return;
    /* Takes all of them out before it calls the first, which may reconnect the socket and write. That releases `errored`,
     * which may be one of the errors. */
    Py_XINCREF(first);
    Py_XINCREF(rest);
    PyObject *on_finish = s->wq->on_finish;
    s->wq->on_finish = NULL;
    struct pn_write_record *r = take_records(s, rest);
    while (r != NULL) {
        struct pn_write_record *next = r->next;
        PyObject *callback = r->callback;
        PyObject *error = r->end == TAKEN_SENT ? NULL : r->end == TAKEN_FIRST && first != NULL ? first : rest;
        PyMem_RawFree(r);
        r = next;
        if (callback == NULL)
            continue;
        (void)pn_call_one(s->em.st, (PyObject *)s, callback, error);
        Py_DECREF(callback);
    }
    pn_writes_call_all(s, on_finish, rest);
    pn_writes_tidy(s);
    Py_XDECREF(first);
    Py_XDECREF(rest);
}

bool
pn_writes_to_fail(const PnDuplex *s)
{
    const struct pn_writes *wq = s->wq;
    if (wq == NULL || wq->last == NULL || wq->last->in_tick)
        return false;
    return !wq->first->in_tick || !is_sent(wq, wq->last); /* those that are sent follow a tick */
}

void
pn_writes_fail_unsent(PnDuplex *s)
{
    if (s->wq == NULL || s->wq->busy || s->wq->before_connect || (s->wq->first != NULL && s->wq->first->in_tick))
        return;
    PyObject *on_finish = s->wq->on_finish, *error = why_destroyed(s, false);
    if (s->wq != NULL && s->wq->on_finish == on_finish)
        s->wq->on_finish = NULL;
    else
        on_finish = NULL; /* making the error has run user code */
    pn_writes_fail(s, error, error);
    Py_XDECREF(error);
    error = on_finish != NULL ? why_destroyed(s, true) : NULL;
    pn_writes_call_all(s, on_finish, error);
    Py_XDECREF(error);
}

PyObject *
pn_writes_take_callbacks(PnDuplex *s)
{
    PyObject *list = PyList_New(0);
    if (list == NULL)
        return NULL;
    struct pn_write_record *r = take_records(s, NULL), *next;
    for (; r != NULL; r = next) {
        next = r->next;
        if (r->callback != NULL && PyList_Append(list, r->callback) < 0) {
            PyErr_Clear();
            answer_or_report(s, r->callback, NULL);
        }
        Py_XDECREF(r->callback);
        PyMem_RawFree(r);
    }
    pn_writes_tidy(s);
    return list;
}

void
pn_writes_leave_behind(PnDuplex *s, struct pn_left_behind *left, PyObject *error)
{
    struct pn_writes *wq = s->wq;
    memset(left, 0, sizeof(*left));
    if (wq == NULL)
        return;
    left->records = take_records(s, error);
    for (struct pn_write_record *r = wq->first; r != NULL; r = r->next)
        r->end = 0;       /* its tick frees it */
    if (!s->finish_due) { /* else `finish` calls them */
        left->on_finish = wq->on_finish;
        wq->on_finish = NULL;
    }
    wq->queued = wq->sent = wq->connect_end = wq->batch_end = 0;
    wq->before_connect = false;
    wq->busy = false; /* the request belongs to the old handle */
    pn_writes_tidy(s);
}

void
pn_writes_answer_left(PnDuplex *s, struct pn_left_behind *left, PyObject *error)
{
    for (struct pn_write_record *r = left->records, *next; r != NULL; r = next) {
        next = r->next;
        if (r->callback != NULL)
            answer_or_report(s, r->callback, r->end == TAKEN_SENT ? NULL : error);
        Py_XDECREF(r->callback);
        PyMem_RawFree(r);
    }
    for (Py_ssize_t i = 0; left->on_finish != NULL && i < PyList_GET_SIZE(left->on_finish); i++)
        answer_or_report(s, PyList_GET_ITEM(left->on_finish, i), error);
    Py_XDECREF(left->on_finish);
}

/* --- sending --- */

PyObject *
pn_writes_error(PnDuplex *s, int status)
{
    PyObject *error = pn_duplex_uv_error(s, status, "write");
    return error != NULL ? error : pn_take_exception();
}

size_t
pn_writes_unheld(const PnDuplex *s)
{
    const struct pn_writes *wq = s->wq;
    uint64_t start = start_of(wq);
    if (s->corked == 0)
        return wq->q.bytes;
    return wq->cork_start > start ? (size_t)(wq->cork_start - start) : 0;
}

/* The first `limit` bytes of the queue. */
static size_t
fill_iov(const struct pn_chunkq *q, size_t limit, struct iovec *iov, size_t *offered)
{
    size_t n = 0;
    *offered = 0;
    for (; n < q->count && n < MAX_IOV && *offered < limit; n++) {
        const struct pn_chunk *c = pn_chunkq_at(q, n);
        iov[n].iov_base = (void *)(uintptr_t)c->base;
        iov[n].iov_len = c->len < limit - *offered ? c->len : limit - *offered;
        *offered += iov[n].iov_len;
    }
    return n;
}

/* The descriptor that leaves with the first byte of the queue, -1: none. Lowers `*limit` to the bytes before the next
 * one: each travels in a message of its own, so that the receiver knows which one it has lost. */
static int
first_fd(const struct pn_writes *wq, size_t *limit)
{
    const struct pn_write_fd *f = wq->fds;
    int fd = -1;
    if (f == NULL)
        return -1;
    if (f->at == start_of(wq)) {
        fd = f->fd;
        f = f->next;
    }
    if (f != NULL && f->at - start_of(wq) < *limit)
        *limit = (size_t)(f->at - start_of(wq));
    return fd;
}

void
pn_writes_left(struct pn_writes *wq, size_t bytes)
{
    wq->sent += bytes;
    (void)pn_chunkq_consume(&wq->q, bytes);
    if (wq->fds != NULL)
        close_fds(wq, start_of(wq));
}

int
pn_writes_send(PnDuplex *s)
{
    struct pn_writes *wq = s->wq;
    size_t unheld;
    while ((unheld = pn_writes_unheld(s)) > 0) {
        struct iovec iov[MAX_IOV];
        size_t offered;
        int fd = first_fd(wq, &unheld);
        size_t n = fill_iov(&wq->q, unheld, iov, &offered);
        ssize_t sent =
            fd < 0 ? pn_stream_try_write(s->io, iov, n) : pn_stream_try_write_fd(s->em.st->loop, s->io, iov, n, fd);
        if (sent == UV_EAGAIN)
            return 0;
        if (sent < 0)
            return (int)sent;
        pn_writes_left(wq, (size_t)sent);
        if ((size_t)sent < offered)
            return 0;
    }
    return 1;
}

int
pn_writes_request(PnDuplex *s)
{
    struct pn_writes *wq = s->wq;
    struct iovec iov[MAX_IOV];
    size_t limit = pn_writes_unheld(s);
    uint64_t start = start_of(wq);
    if (wq->connect_end > start && limit > wq->connect_end - start) /* as in Node, the others wait for the first */
        limit = (size_t)(wq->connect_end - start);
    int fd = first_fd(wq, &limit);
    size_t n = fill_iov(&wq->q, limit, iov, &wq->in_flight);
    int status = pn_stream_write(s->io, iov, n, fd);
    wq->busy = status == 0;
    return status;
}

void
pn_writes_try_last(PnDuplex *s)
{
    if (s->wq != NULL && !s->wq->busy && s->io != NULL && s->connected && !s->write_failed && !s->wq->before_connect &&
        pn_writes_unheld(s) > 0)
        s->write_failed |= pn_writes_send(s) < 0;
}
