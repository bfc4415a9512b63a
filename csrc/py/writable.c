/* writable.c - the writing half of a socket: queue, gathering, callbacks, `drain`, `finish`.
 *
 * The first write of a call out of the loop goes to the kernel at once; later ones of the same call are gathered and
 * leave together when the call ends, when they reach the high-water mark, or when something needs them to have left.
 * What the kernel does not take is libuv's, one request at a time; the queue owns the memory until it is sent. */
#include <string.h>

#include "driver.h"
#include "errors.h"
#include "socket.h"

#define MAX_IOV 64

/* --- the queue --- */

static struct pn_writes *
writes_of(PnSocket *s)
{
    if (s->wq == NULL) {
        s->wq = PyMem_RawCalloc(1, sizeof(*s->wq));
        if (s->wq == NULL)
            PyErr_NoMemory();
        else
            pn_chunkq_init(&s->wq->q);
    }
    return s->wq;
}

/* Frees the queue when nothing waits in it: an idle socket has none. */
static void
tidy(PnSocket *s)
{
    struct pn_writes *wq = s->wq;
    if (wq == NULL || wq->q.count > 0 || wq->first != NULL || wq->busy || wq->on_finish != NULL)
        return;
    s->wq = NULL;
    pn_chunkq_clear(&wq->q);
    PyMem_RawFree(wq);
}

void
pn_writable_free(PnSocket *s)
{
    struct pn_writes *wq = s->wq;
    if (wq == NULL)
        return;
    s->wq = NULL;
    pn_chunkq_clear(&wq->q);
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
pn_writable_traverse(PnSocket *s, visitproc visit, void *arg)
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

static int
append(struct pn_writes *wq, PyObject *bytes, const char *base, size_t len)
{
    struct pn_chunk chunk = {base, len, bytes, release_object};
    if (len == 0)
        return 0;
    if (bytes == NULL)
        chunk = pn_chunk_copy(base, len);
    if (chunk.base == NULL || pn_chunkq_push(&wq->q, chunk) < 0) {
        if (bytes == NULL && chunk.base != NULL)
            chunk.release(chunk.owner);
        PyErr_NoMemory();
        return -1;
    }
    Py_XINCREF(bytes);
    wq->queued += len;
    return 0;
}

size_t
pn_writable_length(const PnSocket *s)
{
    return s->wq != NULL ? s->wq->q.bytes : 0;
}

bool
pn_writable_open(const PnSocket *s)
{
    return !s->destroyed && !s->ending && s->errored == NULL;
}

/* --- answering --- */

static void
run_ready_records(PnSocket *s)
{
    PnState *st = s->em.st;
    while (s->wq != NULL && s->wq->first != NULL) {
        struct pn_writes *wq = s->wq;
        struct pn_write_record *r = wq->first;
        if (r->in_tick || (r->callback != NULL && wq->sent < r->end) || (st->loop != NULL && st->loop->halted))
            return;
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

/* The place in the tick queue that a write() reserved for its callback. */
static void
record_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(self);
    struct pn_write_record *r = arg;
    (void)st;
    r->in_tick = false;
    run_ready_records(s);
    tidy(s);
}

static int
add_record(PnSocket *s, PyObject *callback, bool by_tick)
{
    struct pn_writes *wq = writes_of(s);
    struct pn_write_record *r = wq != NULL ? PyMem_RawMalloc(sizeof(*r)) : NULL;
    if (r == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    r->next = NULL;
    r->callback = Py_NewRef(callback);
    r->end = wq->queued;
    r->in_tick = by_tick;
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

static int
answer_soon(PnSocket *s, PyObject *callback, PyObject *error)
{
    PyObject *all = PyTuple_Pack(3, (PyObject *)s, callback, error != NULL ? error : Py_None);
    int status = all == NULL ? -1 : pn_tick(s->em.st, answer_tick, all, NULL);
    Py_XDECREF(all);
    return status;
}

static void
fail_records(PnSocket *s, PyObject *first, PyObject *rest)
{
    struct pn_write_record *r = s->wq->first;
    bool is_first = true;
    while (s->wq != NULL && r != NULL) {
        PyObject *callback = r->callback;
        bool sent = s->wq->sent >= r->end;
        /* A tick still stands for it: it stays in the list, answered, or keeps its own answer. */
        if (r->in_tick) {
            if (!sent)
                r->callback = NULL;
            else
                callback = NULL;
            r = r->next;
        }
        else {
            struct pn_write_record *next = r->next;
            struct pn_write_record **link = &s->wq->first;
            while (*link != r)
                link = &(*link)->next;
            *link = next;
            if (s->wq->last == r)
                s->wq->last = link == &s->wq->first ? NULL : (struct pn_write_record *)(void *)link;
            PyMem_RawFree(r);
            r = next;
        }
        if (callback == NULL)
            continue;
        (void)pn_call_one(s->em.st, (PyObject *)s, callback, sent ? NULL : is_first ? first : rest);
        Py_DECREF(callback);
        is_first = false;
    }
}

void
pn_writable_fail(PnSocket *s, PyObject *first, PyObject *rest)
{
    if (s->wq == NULL)
        return;
    pn_chunkq_clear(&s->wq->q);
    fail_records(s, first != NULL ? first : rest, rest);
    PyObject *on_finish = s->wq != NULL ? s->wq->on_finish : NULL;
    if (on_finish != NULL) {
        s->wq->on_finish = NULL;
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(on_finish); i++)
            (void)pn_call_one(s->em.st, (PyObject *)s, PyList_GET_ITEM(on_finish, i), rest);
        Py_DECREF(on_finish);
    }
    tidy(s);
}

/* --- sending --- */

static PyObject *
write_error(PnSocket *s, int status)
{
    struct pn_where where = {.syscall = "write"};
    return pn_uv_error(s->em.st, status, &where);
}

/* A write failed: its callback and those after it, then the socket. */
static void
fail_now(PnSocket *s, PyObject *error)
{
    if (error == NULL) {
        pn_socket_destroy_steal(s, NULL);
        return;
    }
    s->can_send = false;
    if (s->errored == NULL && !s->destroyed)
        s->errored = Py_NewRef(error);
    pn_writable_fail(s, error, error);
    pn_socket_destroy(s, error);
    Py_DECREF(error);
}

static void
write_failed_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    if (!PN_SOCKET(self)->destroyed)
        fail_now(PN_SOCKET(self), write_error(PN_SOCKET(self), (int)(intptr_t)arg));
}

static void
fail_soon(PnSocket *s, int status)
{
    if (s->write_failed)
        return;
    s->write_failed = 1;
    s->can_send = false;
    if (pn_tick(s->em.st, write_failed_tick, (PyObject *)s, (void *)(intptr_t)status) < 0)
        pn_socket_destroy_steal(s, NULL);
}

static size_t
fill_iov(const struct pn_chunkq *q, struct iovec *iov)
{
    size_t n = q->count < MAX_IOV ? q->count : MAX_IOV;
    for (size_t i = 0; i < n; i++) {
        const struct pn_chunk *c = pn_chunkq_at(q, i);
        iov[i].iov_base = (void *)(uintptr_t)c->base;
        iov[i].iov_len = c->len;
    }
    return n;
}

/* Sends as much as the kernel takes. 1: all of it, 0: some is left, -1: it failed. */
static int
send_queue(PnSocket *s)
{
    struct pn_writes *wq = s->wq;
    while (wq->q.count > 0) {
        struct iovec iov[MAX_IOV];
        size_t offered = 0;
        size_t n = fill_iov(&wq->q, iov);
        for (size_t i = 0; i < n; i++)
            offered += iov[i].iov_len;
        ssize_t sent = pn_stream_try_write(s->io, iov, n);
        if (sent == UV_EAGAIN)
            return 0;
        if (sent < 0) {
            fail_soon(s, (int)sent);
            return -1;
        }
        wq->sent += (size_t)sent;
        (void)pn_chunkq_consume(&wq->q, (size_t)sent);
        if ((size_t)sent < offered)
            return 0;
    }
    return 1;
}

static void
request(PnSocket *s)
{
    struct pn_writes *wq = s->wq;
    struct iovec iov[MAX_IOV];
    size_t n = fill_iov(&wq->q, iov);
    wq->in_flight = 0;
    for (size_t i = 0; i < n; i++)
        wq->in_flight += iov[i].iov_len;
    int status = pn_stream_write(s->io, iov, n);
    if (status != 0)
        fail_soon(s, status);
    else
        wq->busy = true;
}

void
pn_writable_flush(PnSocket *s)
{
    if (s->wq == NULL || s->wq->busy || s->io == NULL || !s->connected || s->write_failed)
        return;
    if (send_queue(s) == 0)
        request(s);
}

void
pn_writable_try_last(PnSocket *s)
{
    if (s->wq != NULL && !s->wq->busy && s->io != NULL && s->connected && !s->write_failed && s->wq->q.count > 0)
        (void)send_queue(s);
}

void
pn_socket_flush_gathered(PnState *st)
{
    while (st->flush != NULL) {
        PnSocket *s = st->flush;
        st->flush = s->next_flush;
        s->next_flush = NULL;
        s->in_flush = 0;
        pn_writable_flush(s);
        tidy(s);
        pn_writable_maybe_finish(s);
        Py_DECREF(s);
    }
}

static void
gather(PnSocket *s)
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

static void
closed_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(PyTuple_GET_ITEM(self, 0));
    PyObject *callback = PyTuple_GET_ITEM(self, 1);
    PyObject *error = PyTuple_GET_ITEM(self, 2);
    (void)arg;
    if (callback != Py_None)
        (void)pn_call_one(st, (PyObject *)s, callback, error);
    pn_socket_destroy(s, error);
}

/* Never connected: the callback, then the error. */
static int
refuse_closed(PnSocket *s, PyObject *callback)
{
    PyObject *error = pn_net_error(s->em.st, "ERR_SOCKET_CLOSED", "Socket is closed");
    if (error == NULL)
        return -1;
    PyObject *all = PyTuple_Pack(3, (PyObject *)s, callback != NULL ? callback : Py_None, error);
    int status = all == NULL ? -1 : pn_tick(s->em.st, closed_tick, all, NULL);
    Py_XDECREF(all);
    if (status == 0 && s->errored == NULL)
        s->errored = Py_NewRef(error);
    Py_DECREF(error);
    return status;
}

/* A write that cannot be: its callback by a tick, then, unless destroyed already, the error. */
static int
refuse(PnSocket *s, PyObject *callback)
{
    PnState *st = s->em.st;
    PyObject *error;
    if (s->destroyed && !s->fin_seen)
        error = pn_net_error(st, "ERR_STREAM_DESTROYED", "Cannot call write after a stream was destroyed");
    else if (s->fin_seen && s->ending)
        error = pn_net_error(st, "EPIPE", "This socket has been ended by the other party");
    else if (s->destroyed)
        error = pn_net_error(st, "ERR_STREAM_DESTROYED", "Cannot call write after a stream was destroyed");
    else if (s->ending)
        error = pn_net_error(st, "ERR_STREAM_WRITE_AFTER_END", "write after end");
    else if (!s->connecting && s->io == NULL && s->errored == NULL)
        return refuse_closed(s, callback);
    else
        error = Py_XNewRef(s->errored);
    if (error == NULL)
        return -1;
    int status = callback != NULL ? answer_soon(s, callback, error) : 0;
    if (status == 0)
        pn_socket_destroy(s, error);
    Py_DECREF(error);
    return status;
}

/* Behind others, or before the connection is there. */
static int
write_behind(PnSocket *s, PyObject *bytes, const char *base, size_t len, PyObject *callback, bool inside)
{
    struct pn_writes *wq = writes_of(s);
    if (wq == NULL)
        return -1;
    bool waits = wq->busy || !s->connected;
    if (append(wq, bytes, base, len) < 0)
        return -1;
    if (callback != NULL && add_record(s, callback, !waits) < 0)
        return -1;
    if (waits)
        return 0;
    if (inside && wq->q.bytes < s->high_water_mark)
        gather(s);
    else
        pn_writable_flush(s);
    return 0;
}

/* The kernel has been asked already: what it did not take is queued, or the failure noted. */
static int
queue_rest(PnSocket *s, PyObject *bytes, const char *base, size_t len, ssize_t sent, PyObject *callback)
{
    if (sent == (ssize_t)len)
        return callback != NULL ? add_record(s, callback, true) : 0;
    if (sent < 0 && sent != UV_EAGAIN) {
        struct pn_writes *wq = writes_of(s);
        if (wq == NULL || append(wq, bytes, base, len) < 0 || (callback != NULL && add_record(s, callback, false) < 0))
            return -1;
        fail_soon(s, (int)sent);
        return 0;
    }
    size_t done = sent > 0 ? (size_t)sent : 0;
    struct pn_writes *wq = writes_of(s);
    if (wq == NULL || append(wq, bytes, base + done, len - done) < 0)
        return -1;
    if (callback != NULL && add_record(s, callback, false) < 0)
        return -1;
    request(s);
    return 0;
}

/* The queue is empty: to the kernel now. */
static int
write_now(PnSocket *s, PyObject *bytes, const char *base, size_t len, PyObject *callback)
{
    struct iovec iov = {(void *)(uintptr_t)base, len};
    ssize_t sent = len > 0 ? pn_stream_try_write(s->io, &iov, 1) : 0;
    return queue_rest(s, bytes, base, len, sent, callback);
}

/* What write() answers: 1 below the mark, 0 to wait for drain. */
static int
below_mark(PnSocket *s)
{
    size_t length = pn_writable_length(s);
    if (length < s->high_water_mark || length == 0)
        return !s->write_failed;
    s->need_drain = 1;
    return 0;
}

int
pn_writable_rest(PnSocket *s, PyObject *bytes, const char *base, size_t len, ssize_t sent, PyObject *callback)
{
    return queue_rest(s, bytes, base, len, sent, callback) < 0 ? -1 : below_mark(s);
}

int
pn_writable_write(PnSocket *s, PyObject *bytes, const char *base, size_t len, PyObject *callback)
{
    PnState *st = s->em.st;
    if (s->destroyed || s->ending || s->errored != NULL || (s->io == NULL && !s->connecting))
        return refuse(s, callback) < 0 ? -1 : 0;
    bool inside = pn_inside(st);
    s->bytes_written += len;
    pn_idle_touch(s);
    int status;
    if (!s->connected || (s->wq != NULL && (s->wq->q.count > 0 || s->wq->busy)) ||
        (inside && s->write_epoch == st->epoch))
        status = write_behind(s, bytes, base, len, callback, inside);
    else
        status = write_now(s, bytes, base, len, callback);
    s->write_epoch = st->epoch;
    return status < 0 ? -1 : below_mark(s);
}

/* --- completions --- */

static void
drained(PnSocket *s)
{
    if (s->need_drain && pn_writable_length(s) == 0 && !s->ending && !s->destroyed) {
        s->need_drain = 0;
        (void)pn_emit0(&s->em, s->em.st->names.drain);
        if (s->piped_from != NULL)
            pn_pipe_dest_drained(s);
    }
    run_ready_records(s);
    tidy(s);
    pn_writable_maybe_finish(s);
}

void
pn_writable_written(PnSocket *s, int status)
{
    PnState *st = s->em.st;
    struct pn_writes *wq = s->wq;
    if (wq == NULL || !wq->busy)
        return;
    wq->busy = false;
    if (status == 0) {
        wq->sent += wq->in_flight;
        (void)pn_chunkq_consume(&wq->q, wq->in_flight);
        if (!s->destroyed && wq->q.count > 0)
            pn_writable_flush(s);
        if (!st->closed)
            drained(s);
        return;
    }
    if (st->closed)
        return;
    PyObject *error = write_error(s, status);
    if (!s->destroyed) {
        fail_now(s, error);
        return;
    }
    /* The socket was destroyed: the write under way was cancelled, those behind it get its reason. */
    pn_writable_fail(s, error, s->errored != NULL ? s->errored : error);
    Py_XDECREF(error);
}

void
pn_writable_connected(PnSocket *s)
{
    pn_writable_flush(s);
    drained(s);
}

/* --- end() and finish --- */

static void
finish_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(self);
    (void)arg;
    if (s->destroyed || s->errored != NULL || s->finished)
        return;
    s->finished = 1;
    PyObject *on_finish = s->wq != NULL ? s->wq->on_finish : NULL;
    if (on_finish != NULL) {
        s->wq->on_finish = NULL;
        tidy(s);
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(on_finish); i++)
            (void)pn_call_one(st, self, PyList_GET_ITEM(on_finish, i), NULL);
        Py_DECREF(on_finish);
    }
    (void)pn_emit0(&s->em, st->names.finish);
    if (s->piped_from != NULL)
        pn_pipe_dest_gone(s);
    if (s->destroy_when_finished)
        pn_socket_destroy(s, NULL);
    else
        pn_socket_maybe_destroy(s);
}

static void
prefinish(PnSocket *s, bool from_method)
{
    PnState *st = s->em.st;
    if (!from_method)
        (void)pn_emit0(&s->em, st->names.prefinish);
    else if (pn_emit_from_method(&s->em, st->names.prefinish) < 0)
        PyErr_WriteUnraisable((PyObject *)s);
    if (pn_tick(st, finish_tick, (PyObject *)s, NULL) < 0)
        pn_socket_destroy_steal(s, NULL);
}

void
pn_writable_maybe_finish(PnSocket *s)
{
    if (!s->ending || s->final_called || s->destroyed || s->errored != NULL || s->connecting || s->write_failed ||
        (s->wq != NULL && (s->wq->q.count > 0 || s->wq->busy)))
        return;
    s->final_called = 1;
    if (s->io != NULL)
        pn_stream_shutdown(s->io);
    else
        prefinish(s, true);
}

void
pn_writable_shut(PnSocket *s, int status)
{
    (void)status;   /* as Node: an end that the peer did not wait for is none the less an end */
    if (s->destroyed || s->errored != NULL)
        return;
    pn_idle_touch(s);
    prefinish(s, false);
}

static int
add_on_finish(PnSocket *s, PyObject *callback)
{
    struct pn_writes *wq = writes_of(s);
    if (wq == NULL)
        return -1;
    if (wq->on_finish == NULL && (wq->on_finish = PyList_New(0)) == NULL)
        return -1;
    return PyList_Append(wq->on_finish, callback);
}

int
pn_writable_end(PnSocket *s, PyObject *callback)
{
    PnState *st = s->em.st;
    PyObject *error = NULL;
    if (s->finished && callback != NULL)
        error = pn_net_error(st, "ERR_STREAM_ALREADY_FINISHED", "Cannot call end after a stream was finished");
    else if (s->destroyed && callback != NULL)
        error = pn_net_error(st, "ERR_STREAM_DESTROYED", "Cannot call end after a stream was destroyed");
    else if (callback != NULL && s->errored == NULL && add_on_finish(s, callback) < 0)
        return -1;
    else if (callback != NULL && s->errored != NULL)
        error = Py_NewRef(s->errored);
    else if (PyErr_Occurred())
        return -1;
    if (error != NULL) {
        int status = answer_soon(s, callback, error);
        Py_DECREF(error);
        if (status < 0)
            return -1;
    }
    if (PyErr_Occurred())
        return -1;
    if (s->destroyed || s->ending)
        return 0;
    s->ending = 1;
    s->can_send = false;
    pn_writable_flush(s);
    pn_writable_maybe_finish(s);
    return 0;
}
