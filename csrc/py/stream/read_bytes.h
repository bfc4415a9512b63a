/* read_bytes.h - allocates the bytes objects of reads: reuses one for small reads, lets big reads land in theirs
 * directly.
 *
 * Inline: every message passes through here. */
#ifndef PN_PY_STREAM_READ_BYTES_H
#define PN_PY_STREAM_READ_BYTES_H

#include <string.h>

#include "py/base/state.h"

/* By how many bytes the spare bytes object may be longer than its content. */
#define PN_SPARE_SLACK 32

/* The content has changed, or will change: sets the length and resets the hash. */
static inline void
pn_read_bytes_set_size(PyBytesObject *b, size_t len)
{
    Py_SET_SIZE(b, (Py_ssize_t)len);
    b->ob_sval[len] = '\0';
#if defined(__GNUC__) || defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    b->ob_shash = -1;
#pragma GCC diagnostic pop
#else
#pragma warning(suppress : 4996) /* MSVC: it is deprecated */
    b->ob_shash = -1;
#endif
}

static inline void
pn_read_bytes_reset(PyObject *bytes, const char *base, size_t len)
{
    memcpy(PyBytes_AS_STRING(bytes), base, len);
    pn_read_bytes_set_size((PyBytesObject *)(void *)bytes, len);
}

/* An exact bytes object with these bytes. Uses the object of the last read again if no reference to it is left. */
static inline PyObject *
pn_read_bytes_small(PnState *st, const char *base, size_t len)
{
    PyObject *spare = st->spare;
    Py_ssize_t size = (Py_ssize_t)len;
    if (spare != NULL && size <= st->spare_size && size + PN_SPARE_SLACK >= st->spare_size) {
        st->spare = NULL;
        pn_read_bytes_reset(spare, base, len);
        return spare;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(base, size);
    /* CPython shares the bytes objects of one byte: such a read leaves the spare object in its place. */
    if (bytes != NULL && len > 1 && spare != NULL) {
        st->spare = NULL;
        Py_DECREF(spare);
    }
    return bytes;
}

/* An exact bytes object with these bytes, for the queue: pn_read_bytes_small() cannot reuse it, since the caller of read()
 * has it for a while. So we keep a reference to some of middling size, for which malloc() costs most of a read, and take
 * the oldest again when no other reference to it is left. */
static inline PyObject *
pn_read_bytes_lend(PnState *st, const char *base, size_t len)
{
    if (len <= 512 || len > 4096)
        return PyBytes_FromStringAndSize(base, (Py_ssize_t)len);
    struct pn_lent *lent = &st->lent[st->next_lent++ % PN_LENT];
    PyObject *old = lent->bytes;
    if (old != NULL && Py_REFCNT(old) == 1 && len <= lent->size && len + PN_SPARE_SLACK >= lent->size) {
        pn_read_bytes_reset(old, base, len);
        return Py_NewRef(old);
    }
    PyObject *bytes = PyBytes_FromStringAndSize(base, (Py_ssize_t)len);
    if (bytes != NULL) {
        lent->bytes = Py_NewRef(bytes);
        lent->size = len;
        Py_XDECREF(old);
    }
    return bytes;
}

/* The size of the memory of a bytes object in st->direct. */
static inline Py_ssize_t
pn_read_bytes_capacity(size_t read_class)
{
    return (Py_ssize_t)PN_READ_SIZE << read_class;
}

/* After use; `made_for` is from pn_read_bytes_take(). Keeps an object for reuse if no other reference to it is left. */
static inline void
pn_read_bytes_give_back(PnState *st, PyObject *bytes, Py_ssize_t made_for)
{
    bool ours = Py_REFCNT(bytes) == 1 && !st->closed;
    if (ours && made_for < 0 && st->direct[-1 - made_for] == NULL) {
        Py_SET_SIZE(bytes, pn_read_bytes_capacity((size_t)(-1 - made_for)));
        st->direct[-1 - made_for] = bytes;
    }
    else if (ours && made_for > 1 && st->spare == NULL) {
        st->spare = bytes;
        st->spare_size = made_for;
    }
    else {
        Py_DECREF(bytes);
    }
}

/* The index in st->direct of the object that the bytes have landed in; PN_READ_CLASSES: none. */
static inline size_t
pn_read_bytes_landed(PnState *st, const char *base)
{
    size_t c = 0;
    while (c < PN_READ_CLASSES && (st->direct[c] == NULL || base != PyBytes_AS_STRING(st->direct[c])))
        c++;
    return c;
}

/* Returns a bytes object with what has been read. A big read has landed in one already: that one is returned, and the
 * rest of its memory is not given back, since resizing costs more than copying, and both cost more than neither. If
 * references to it will be `kept`, it must be nearly full, so that little memory is wasted. */
static inline PyObject *
pn_read_bytes_take(PnState *st, const char *base, size_t len, bool kept, Py_ssize_t *made_for)
{
    size_t c = len > PN_READ_SIZE / 2 ? pn_read_bytes_landed(st, base) : PN_READ_CLASSES;
    if (c < PN_READ_CLASSES && (!kept || (Py_ssize_t)len >= pn_read_bytes_capacity(c) / 4 * 3)) {
        PyObject *direct = st->direct[c];
        PyBytesObject *b = (PyBytesObject *)(void *)direct;
        st->direct[c] = NULL;
        *made_for = -1 - (Py_ssize_t)c;
        pn_read_bytes_set_size(b, len);
        return direct;
    }
    PyObject *spare = st->spare;
    Py_ssize_t spare_size = spare != NULL ? st->spare_size : 0;
    PyObject *bytes = pn_read_bytes_small(st, base, len);
    *made_for = bytes == spare ? spare_size : (Py_ssize_t)len;
    return bytes;
}

/* The same, for the queue. */
static inline PyObject *
pn_read_bytes_of_queue(PnState *st, const char *base, size_t len)
{
    Py_ssize_t made_for;
    if (len <= PN_READ_SIZE / 2)
        return pn_read_bytes_lend(st, base, len);
    return pn_read_bytes_take(st, base, len, true, &made_for);
}

#endif
