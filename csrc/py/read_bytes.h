/* read_bytes.h - the bytes objects that reads end in: one is kept for small reads, big ones land in theirs directly.
 *
 * Inline: every message goes through here. */
#ifndef PN_PY_READ_BYTES_H
#define PN_PY_READ_BYTES_H

#include <string.h>

#include "state.h"

/* How much longer than its content the spare bytes object may be. */
#define PN_SPARE_SLACK 32

static inline void
pn_read_bytes_reset(PyObject *bytes, const char *base, size_t len)
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

static inline void
pn_read_bytes_give_back(PnState *st, PyObject *bytes, Py_ssize_t made_for)
{
    if (Py_REFCNT(bytes) == 1 && st->spare == NULL && made_for > 1 && !st->closed) {
        st->spare = bytes;
        st->spare_size = made_for;
        return;
    }
    Py_DECREF(bytes);
}

/* The bytes object for what has been read; a big read is in st->direct already. */
static inline PyObject *
pn_read_bytes_take(PnState *st, char *base, size_t len, Py_ssize_t *made_for)
{
    PyObject *direct = st->direct;
    bool landed = direct != NULL && base == PyBytes_AS_STRING(direct);
    if (!landed || len < 4096) {
        Py_ssize_t spare_size = st->spare != NULL ? st->spare_size : 0;
        PyObject *spare = st->spare;
        PyObject *bytes = pn_read_bytes_small(st, base, len);
        *made_for = bytes == spare ? spare_size : (Py_ssize_t)len;
        return bytes;
    }
    st->direct = NULL;
    *made_for = 0;
    if (len < PN_SLAB_SIZE)
        (void)_PyBytes_Resize(&direct, (Py_ssize_t)len);
    return direct;
}

#endif
