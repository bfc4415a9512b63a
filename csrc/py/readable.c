/* readable.c - the reading half of a socket: flowing, paused, `data`, `end`.
 *
 * Node's Readable: while flowing, a chunk goes to the listeners at once; otherwise it is buffered, and reading from the
 * kernel stops when the buffer has reached the high-water mark. */
#include <string.h>

#include "errors.h"
#include "socket.h"

/* How much longer than its content the spare bytes object may be. */
#define SPARE_SLACK 32

/* --- bytes objects for small reads --- */

static void
reset_bytes(PyObject *bytes, const char *base, size_t len)
{
    PyBytesObject *b = (PyBytesObject *)(void *)bytes;
    Py_SET_SIZE(b, (Py_ssize_t)len);
    memcpy(b->ob_sval, base, len);
    b->ob_sval[len] = '\0';
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#endif
    b->ob_shash = -1;
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
}

/* An exact bytes object with these bytes. The one made for the last read is used again when nobody kept it. */
static PyObject *
small_bytes(PnState *st, const char *base, size_t len)
{
    PyObject *spare = st->spare;
    Py_ssize_t size = (Py_ssize_t)len;
    if (spare != NULL && size <= st->spare_size && size + SPARE_SLACK >= st->spare_size) {
        st->spare = NULL;
        reset_bytes(spare, base, len);
        return spare;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(base, size);
    /* A bytes object of one byte is shared by all of Python. */
    if (bytes != NULL && len > 1 && spare != NULL) {
        st->spare = NULL;
        Py_DECREF(spare);
    }
    return bytes;
}

static void
give_back(PnState *st, PyObject *bytes, Py_ssize_t made_for)
{
    if (Py_REFCNT(bytes) == 1 && st->spare == NULL && made_for > 1 && !st->closed) {
        st->spare = bytes;
        st->spare_size = made_for;
        return;
    }
    Py_DECREF(bytes);
}

/* The bytes object for what has been read; a big read is in st->direct already. */
static PyObject *
take_bytes(PnSocket *s, char *base, size_t len, Py_ssize_t *made_for)
{
    PnState *st = s->em.st;
    PyObject *direct = st->direct;
    bool landed = direct != NULL && base == PyBytes_AS_STRING(direct);
    if (!landed || len < 4096) {
        Py_ssize_t spare_size = st->spare != NULL ? st->spare_size : 0;
        PyObject *spare = st->spare;
        PyObject *bytes = small_bytes(st, base, len);
        *made_for = bytes == spare ? spare_size : (Py_ssize_t)len;
        return bytes;
    }
    st->direct = NULL;
    *made_for = 0;
    if (len < PN_SLAB_SIZE)
        (void)_PyBytes_Resize(&direct, (Py_ssize_t)len);
    return direct;
}

/* --- buffering --- */

static int
buffer(PnSocket *s, PyObject *bytes)
{
    if (s->rq == NULL) {
        s->rq = PyMem_RawMalloc(sizeof(*s->rq));
        if (s->rq == NULL)
            return -1;
        pn_chunkq_init(s->rq);
    }
    struct pn_chunk chunk = {PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes), bytes, pn_release_object};
    if (pn_chunkq_push(s->rq, chunk) < 0)
        return -1;
    Py_INCREF(bytes);
    if (s->rq->bytes >= s->high_water_mark && s->io != NULL)
        pn_stream_read_stop(s->io);
    return 0;
}

static void
out_of_memory(PnSocket *s)
{
    PyErr_NoMemory();
    pn_socket_destroy_steal(s, NULL);
}

static void
emit_data(PnSocket *s, PyObject *bytes)
{
    PyObject *stack[2] = {NULL, bytes};
    (void)pn_emit_loop(&s->em, s->em.st->names.data, stack + 1, 1, NULL);
    if (s->pipes != NULL)
        pn_pipe_data(s, bytes, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
}

void
pn_readable_data(PnSocket *s, char *base, size_t len)
{
    PnState *st = s->em.st;
    bool direct = s->flowing == PN_FLOWING_TRUE && (s->rq == NULL || s->rq->count == 0);
    if (direct && s->pipes != NULL && !pn_has_listeners(&s->em, st->names.data)) {
        pn_pipe_data(s, NULL, base, len);
        return;
    }
    Py_ssize_t made_for;
    PyObject *bytes = take_bytes(s, base, len, &made_for);
    if (bytes == NULL) {
        pn_socket_destroy_steal(s, NULL);
        return;
    }
    if (direct)
        emit_data(s, bytes);
    else if (buffer(s, bytes) < 0)
        out_of_memory(s);
    give_back(st, bytes, made_for);
}

/* --- flowing --- */

bool
pn_readable_open(const PnSocket *s)
{
    return !s->destroyed && !s->end_emitted && s->errored == NULL;
}

void
pn_readable_start(PnSocket *s)
{
    if (s->io == NULL || !s->connected || s->r_ended || s->destroyed)
        return;
    if (s->rq != NULL && s->rq->bytes >= s->high_water_mark && s->rq->bytes > 0)
        return;
    int status = pn_stream_read_start(s->io);
    if (status != 0) {
        struct pn_where where = {.syscall = "read"};
        pn_socket_destroy_steal(s, pn_uv_error(s->em.st, status, &where));
    }
}

static void flow_tick(PnState *st, PyObject *self, void *arg);

/* Emits what is buffered, for as long as the socket flows. */
static void
flow(PnSocket *s)
{
    PnState *st = s->em.st;
    while (s->flowing == PN_FLOWING_TRUE && s->rq != NULL && s->rq->count > 0 && !s->destroyed) {
        if (st->loop->halted) {
            /* run() has to raise first; the tick waits for the next one. */
            if (pn_tick(st, flow_tick, (PyObject *)s, NULL) < 0)
                PyErr_WriteUnraisable((PyObject *)s);
            return;
        }
        struct pn_chunk chunk = pn_chunkq_shift(s->rq);
        PyObject *bytes = chunk.owner;
        emit_data(s, bytes);
        Py_DECREF(bytes);
    }
    if (s->rq != NULL && s->rq->count == 0) {
        pn_chunkq_clear(s->rq);
        PyMem_RawFree(s->rq);
        s->rq = NULL;
    }
    pn_readable_maybe_end(s);
}

static void
flow_tick(PnState *st, PyObject *self, void *arg)
{
    (void)st;
    (void)arg;
    flow(PN_SOCKET(self));
    if (PN_SOCKET(self)->flowing == PN_FLOWING_TRUE)
        pn_readable_start(PN_SOCKET(self));
}

static void
resume_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(self);
    (void)arg;
    s->resume_scheduled = 0;
    if (s->destroyed && s->rq == NULL)
        return;
    pn_readable_start(s);
    (void)pn_emit0(&s->em, st->names.resume);
    flow_tick(st, self, NULL);
}

void
pn_readable_resume(PnSocket *s)
{
    s->paused = 0;
    if (s->flowing == PN_FLOWING_TRUE)
        return;
    s->flowing = PN_FLOWING_TRUE;
    if (s->resume_scheduled)
        return;
    if (pn_tick(s->em.st, resume_tick, (PyObject *)s, NULL) < 0)
        PyErr_Clear();
    else
        s->resume_scheduled = 1;
}

int
pn_readable_pause(PnSocket *s)
{
    s->paused = 1;
    s->fast_dest = NULL;
    if (s->flowing == PN_FLOWING_FALSE)
        return 0;
    s->flowing = PN_FLOWING_FALSE;
    return pn_emit_from_method(&s->em, s->em.st->names.pause);
}

void
pn_readable_data_listener(PnSocket *s)
{
    s->fast_dest = NULL;
    if (s->flowing != PN_FLOWING_FALSE)
        pn_readable_resume(s);
}

/* --- the end --- */

static void
auto_end_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(self);
    (void)st;
    (void)arg;
    if (s->r_ended && pn_writable_open(s) && pn_writable_end(s, NULL) < 0)
        pn_socket_destroy_steal(s, NULL);
}

static void
end_tick(PnState *st, PyObject *self, void *arg)
{
    PnSocket *s = PN_SOCKET(self);
    (void)arg;
    s->end_scheduled = 0;
    if (!s->r_ended || s->end_emitted || s->errored != NULL || (s->rq != NULL && s->rq->count > 0) ||
        (s->destroyed && s->io == NULL && !s->connected))
        return;
    s->end_emitted = 1;
    if (!s->allow_half_open)
        s->fin_seen = 1;
    if (pn_emit_cycle(&s->em, PN_CYCLE_END, NULL) < 0)
        return; /* as Node: the socket does not end itself then */
    if (s->pipes != NULL)
        pn_pipe_source_ended(s);
    if (pn_writable_open(s) && !s->allow_half_open) {
        if (pn_tick(st, auto_end_tick, self, NULL) < 0)
            pn_socket_destroy_steal(s, NULL);
    }
    else {
        pn_socket_maybe_destroy(s);
    }
}

void
pn_readable_maybe_end(PnSocket *s)
{
    if (!s->r_ended || s->end_emitted || s->end_scheduled || (s->rq != NULL && s->rq->count > 0))
        return;
    if (pn_tick(s->em.st, end_tick, (PyObject *)s, NULL) < 0)
        pn_socket_destroy_steal(s, NULL);
    else
        s->end_scheduled = 1;
}

void
pn_readable_eof(PnSocket *s)
{
    s->r_ended = 1;
    pn_readable_maybe_end(s);
}
