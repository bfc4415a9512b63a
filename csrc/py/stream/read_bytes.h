/* read_bytes.h - the bytes objects that reads end in: one is kept for small reads, big ones land in theirs directly.
 *
 * Inline: every message goes through here. */
#ifndef PN_PY_STREAM_READ_BYTES_H
#define PN_PY_STREAM_READ_BYTES_H

#include <string.h>

#include "py/base/state.h"

/* How much longer than its content the spare bytes object may be. */
#define PN_SPARE_SLACK 32

/* The content has changed, or will: the length and the hash with it. */
static inline void
pn_read_bytes_set_size(PyBytesObject *b, size_t len)
{
    Py_SET_SIZE(b, (Py_ssize_t)len);
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

static inline void
pn_read_bytes_reset(PyObject *bytes, const char *base, size_t len)
{
    memcpy(PyBytes_AS_STRING(bytes), base, len);
    pn_read_bytes_set_size((PyBytesObject *)(void *)bytes, len);
}

/* An exact bytes object with these bytes. The one made for the last read is used again when nobody kept it. */
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
    /* A bytes object of one byte is shared by all of Python. */
    if (bytes != NULL && len > 1 && spare != NULL) {
        st->spare = NULL;
        Py_DECREF(spare);
    }
    return bytes;
}

/* How big the memory of a bytes object in st->direct is. */
static inline Py_ssize_t
pn_read_bytes_capacity(size_t read_class)
{
    return (Py_ssize_t)PN_READ_SIZE << read_class;
}

/* `made_for` is as pn_read_bytes_take() gave it. An object that nobody kept is used again. */
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

/* The object in st->direct that the bytes have landed in; PN_READ_CLASSES: none. */
static inline size_t
pn_read_bytes_landed(PnState *st, const char *base)
{
    size_t c = 0;
    while (c < PN_READ_CLASSES && (st->direct[c] == NULL || base != PyBytes_AS_STRING(st->direct[c])))
        c++;
    return c;
}

/* The bytes object for what has been read. A big read has landed in one already; it is given as it is, without giving
 * the rest of its memory back: resizing costs more than copying, and both more than neither. When it will be `kept` it
 * must be nearly full, so that little memory is wasted. */
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

#endif
