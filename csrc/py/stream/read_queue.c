/* read_queue.c - the queue of read chunks: takes and joins parts of it, searches for a separator; see read_queue.h.
 *
 * Owns: a reference to each chunk. Exact bytes and str hold no references, so the garbage collector need not visit
 * them. */
#include "py/stream/read_queue.h"

#include <string.h>

static struct pn_read_chunk *
at(const struct pn_read_queue *q, size_t i)
{
    return &q->ring[(q->head + i) & (q->capacity - 1)];
}

static size_t
size_of(PyObject *data)
{
    return (size_t)(PyBytes_Check(data) ? PyBytes_GET_SIZE(data) : PyUnicode_GET_LENGTH(data));
}

static size_t
left(const struct pn_read_chunk *c)
{
    return size_of(c->data) - c->offset;
}

static PyObject *
slice(const struct pn_read_chunk *c, size_t n)
{
    if (c->offset == 0 && n == size_of(c->data))
        return Py_NewRef(c->data);
    if (PyBytes_Check(c->data))
        return PyBytes_FromStringAndSize(PyBytes_AS_STRING(c->data) + c->offset, (Py_ssize_t)n);
    return PyUnicode_Substring(c->data, (Py_ssize_t)c->offset, (Py_ssize_t)(c->offset + n));
}

/* --- the ring --- */

static int
grow(struct pn_read_queue *q)
{
    size_t capacity = q->capacity ? q->capacity * 2 : 4;
    struct pn_read_chunk *ring = PyMem_RawMalloc(capacity * sizeof(*ring));
    if (ring == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < q->count; i++)
        ring[i] = *at(q, i);
    PyMem_RawFree(q->ring);
    q->ring = ring;
    q->capacity = capacity;
    q->head = 0;
    return 0;
}

void
pn_read_queue_clear(struct pn_read_queue *q)
{
    while (q->count > 0) {
        PyObject *data = at(q, 0)->data;
        q->head = (q->head + 1) & (q->capacity - 1);
        q->count--;
        Py_DECREF(data);
    }
    PyMem_RawFree(q->ring);
    memset(q, 0, sizeof(*q));
}

int
pn_read_queue_push(struct pn_read_queue *q, PyObject *data)
{
    if (q->count == q->capacity && grow(q) < 0)
        return -1;
    q->count++;
    *at(q, q->count - 1) = (struct pn_read_chunk){Py_NewRef(data), 0};
    q->length += size_of(data);
    return 0;
}

int
pn_read_queue_unshift(struct pn_read_queue *q, PyObject *data)
{
    if (q->count == q->capacity && grow(q) < 0)
        return -1;
    q->head = (q->head - 1) & (q->capacity - 1);
    q->count++;
    *at(q, 0) = (struct pn_read_chunk){Py_NewRef(data), 0};
    q->length += size_of(data);
    return 0;
}

/* --- taking --- */

static void
drop(struct pn_read_queue *q, size_t n)
{
    q->length -= n;
    while (n > 0) {
        struct pn_read_chunk *c = at(q, 0);
        size_t here = left(c);
        if (n < here) {
            c->offset += n;
            return;
        }
        PyObject *data = c->data;
        q->head = (q->head + 1) & (q->capacity - 1);
        q->count--;
        n -= here;
        Py_DECREF(data);
    }
}

static PyObject *
join_bytes(const struct pn_read_queue *q, size_t n)
{
    PyObject *all = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)n);
    char *out = all != NULL ? PyBytes_AS_STRING(all) : NULL;
    for (size_t i = 0; out != NULL && n > 0; i++) {
        const struct pn_read_chunk *c = at(q, i);
        size_t here = left(c) < n ? left(c) : n;
        memcpy(out, PyBytes_AS_STRING(c->data) + c->offset, here);
        out += here;
        n -= here;
    }
    return all;
}

/* Makes no list and calls no join(): allocating an object that the garbage collector tracks may run a __del__ of the
 * user, which may read from the socket. */
static PyObject *
join_text(const struct pn_read_queue *q, size_t n)
{
    Py_UCS4 widest = 0; /* exact: a str is stored in the narrowest form */
    size_t seen = 0;
    for (size_t i = 0; seen < n; i++) {
        const struct pn_read_chunk *c = at(q, i);
        size_t here = left(c) < n - seen ? left(c) : n - seen;
        for (size_t k = 0; k < here; k++) {
            Py_UCS4 one = PyUnicode_READ_CHAR(c->data, (Py_ssize_t)(c->offset + k));
            widest = one > widest ? one : widest;
        }
        seen += here;
    }
    PyObject *all = PyUnicode_New((Py_ssize_t)n, widest);
    size_t done = 0;
    for (size_t i = 0; all != NULL && done < n; i++) {
        const struct pn_read_chunk *c = at(q, i);
        size_t here = left(c) < n - done ? left(c) : n - done;
        if (PyUnicode_CopyCharacters(all, (Py_ssize_t)done, c->data, (Py_ssize_t)c->offset, (Py_ssize_t)here) < 0)
            Py_CLEAR(all);
        done += here;
    }
    return all;
}

PyObject *
pn_read_queue_peek(const struct pn_read_queue *q, size_t n)
{
    const struct pn_read_chunk *first = at(q, 0);
    if (n <= left(first))
        return slice(first, n);
    return PyBytes_Check(first->data) ? join_bytes(q, n) : join_text(q, n);
}

PyObject *
pn_read_queue_take(struct pn_read_queue *q, size_t n)
{
    PyObject *taken = pn_read_queue_peek(q, n);
    if (taken != NULL)
        drop(q, n);
    return taken;
}

PyObject *
pn_read_queue_shift(struct pn_read_queue *q)
{
    return pn_read_queue_take(q, left(at(q, 0)));
}

/* --- searching --- */

/* Searches within `c` from `from` on: where the separator starts, -1 when it does not, -2 with MemoryError. */
static Py_ssize_t
find_in(const struct pn_read_chunk *c, PyObject *separator, size_t from)
{
    size_t n = size_of(c->data), start = c->offset + from;
    if (PyUnicode_Check(c->data)) {
        Py_ssize_t found = PyUnicode_Find(c->data, separator, (Py_ssize_t)start, (Py_ssize_t)n, 1);
        return found < 0 ? found : found - (Py_ssize_t)c->offset;
    }
    const char *base = PyBytes_AS_STRING(c->data), *sep = PyBytes_AS_STRING(separator);
    size_t len = (size_t)PyBytes_GET_SIZE(separator);
    for (const char *p = base + start; (size_t)(base + n - p) >= len; p++) {
        p = memchr(p, sep[0], (size_t)(base + n - p) - len + 1);
        if (p == NULL)
            return -1;
        if (memcmp(p, sep, len) == 0)
            return p - base - (Py_ssize_t)c->offset;
    }
    return -1;
}

/* True if the separator starts at `pos` of the i-th chunk; it may end in a later chunk. */
static bool
starts_at(const struct pn_read_queue *q, size_t i, size_t pos, PyObject *separator)
{
    bool bytes = PyBytes_Check(separator);
    size_t len = size_of(separator);
    for (size_t k = 0; k < len; k++, pos++) {
        while (pos >= left(at(q, i))) {
            pos -= left(at(q, i));
            if (++i == q->count)
                return false;
        }
        const struct pn_read_chunk *c = at(q, i);
        size_t j = c->offset + pos;
        if (bytes ? PyBytes_AS_STRING(c->data)[j] != PyBytes_AS_STRING(separator)[k]
                  : PyUnicode_READ_CHAR(c->data, (Py_ssize_t)j) != PyUnicode_READ_CHAR(separator, (Py_ssize_t)k))
            return false;
    }
    return true;
}

Py_ssize_t
pn_read_queue_find(const struct pn_read_queue *q, PyObject *separator, size_t from)
{
    size_t before = q->length, len = size_of(separator), first = q->count;
    /* Finds the chunk of `from` from the end: only the end has not been searched before, and chunks may be small and
     * many. */
    while (first > 0 && before > from)
        before -= left(at(q, --first));
    for (size_t i = first; i < q->count; i++) {
        const struct pn_read_chunk *c = at(q, i);
        size_t n = left(c);
        if (from < before + n) {
            size_t start = from > before ? from - before : 0;
            Py_ssize_t found = find_in(c, separator, start);
            if (found == -2)
                return -2;
            if (found >= 0)
                return (Py_ssize_t)(before + (size_t)found + len);
            for (size_t pos = n >= len && n - len + 1 > start ? n - len + 1 : start; pos < n; pos++) {
                if (starts_at(q, i, pos, separator))
                    return (Py_ssize_t)(before + pos + len);
            }
        }
        before += n;
    }
    return -1;
}
