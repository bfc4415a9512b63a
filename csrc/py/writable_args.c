/* writable_args.c - write() and end() as methods: their arguments. */
#include "args.h"
#include "driver.h"
#include "encoding.h"
#include "errors.h"
#include "socket.h"

/* --- what is written --- */

/* The chunk as an exact bytes object, or a buffer view over the caller's memory. */
struct chunk {
    PyObject *bytes; /* own, or NULL */
    Py_buffer view;  /* own when bytes is NULL */
};

static int
chunk_of(PnState *st, PyObject *data, PyObject *encoding, struct chunk *out)
{
    out->bytes = NULL;
    if (PyBytes_CheckExact(data)) {
        if (encoding != NULL && pn_encoding_check(st, encoding, data) < 0)
            return -1;
        out->bytes = Py_NewRef(data);
        return 0;
    }
    if (PyUnicode_Check(data)) {
        out->bytes = pn_encode(st, data, encoding);
        return out->bytes == NULL ? -1 : 0;
    }
    if (data == Py_None) {
        pn_raise_coded(PyExc_TypeError, "ERR_STREAM_NULL_VALUES", "May not write null values to stream");
        return -1;
    }
    if (!PyObject_CheckBuffer(data)) {
        pn_raise_arg_type("chunk", "of type str or an object with a buffer (bytes, bytearray, memoryview, array)",
                          data);
        return -1;
    }
    if (encoding != NULL && pn_encoding_check(st, encoding, data) < 0)
        return -1;
    return PyObject_GetBuffer(data, &out->view, PyBUF_SIMPLE);
}

static void
release_chunk(struct chunk *c)
{
    if (c->bytes != NULL)
        Py_DECREF(c->bytes);
    else
        PyBuffer_Release(&c->view);
}

static int
write_chunk(PnSocket *s, struct chunk *c, PyObject *callback)
{
    int result;
    if (c->bytes != NULL)
        result =
            pn_writable_write(s, c->bytes, PyBytes_AS_STRING(c->bytes), (size_t)PyBytes_GET_SIZE(c->bytes), callback);
    else /* NULL for the bytes: what must wait is copied */
        result = pn_writable_write(s, NULL, c->view.buf != NULL ? c->view.buf : "", (size_t)c->view.len, callback);
    release_chunk(c);
    return result;
}

/* --- arguments --- */

struct write_args {
    PyObject *data, *encoding, *callback; /* borrowed; NULL where absent */
};

static int
parse(PnState *st, const char *function, size_t required, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
      struct write_args *out)
{
    static const char *const names[] = {"data", "encoding", "callback", NULL};
    PyObject *a[3];
    if (pn_unpack(function, names, required, args, nargs, kwnames, a) < 0)
        return -1;
    /* A function as the last positional argument is the callback, as in Node. */
    if (nargs > 0 && nargs < 3 && a[2] == NULL && PyCallable_Check(args[nargs - 1]) &&
        !(nargs == 1 && (required > 0 || PyObject_CheckBuffer(args[0])))) {
        a[2] = args[nargs - 1];
        a[nargs - 1] = NULL;
    }
    out->data = a[0];
    out->encoding = a[1] == Py_None ? NULL : a[1];
    out->callback = a[2] == Py_None ? NULL : a[2];
    return out->callback != NULL ? pn_check_callable(st, out->callback, "callback") : 0;
}

/* A call from outside may be the one that makes the loop needed. */
static int
after_write(PnSocket *s)
{
    if (pn_inside(s->em.st))
        return 0;
    s->em.outside = true;
    return pn_notify(s->em.st);
}

/* write(bytes) inside a listener, to a socket with nothing queued: what an echo server does all day. */
static bool
is_plain_write(PnSocket *s, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    return nargs == 1 && kwnames == NULL && PyBytes_CheckExact(args[0]) && s->can_send && s->wq == NULL &&
           s->idle == NULL && s->write_epoch != s->em.st->epoch && s->em.generation == s->em.st->generation &&
           pn_inside(s->em.st);
}

PyObject *
pn_socket_write_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnSocket *s = PN_SOCKET(op);
    struct write_args a = {nargs == 1 ? args[0] : NULL, NULL, NULL};
    struct chunk c;
    if (is_plain_write(s, args, nargs, kwnames)) {
        size_t len = (size_t)PyBytes_GET_SIZE(args[0]);
        struct iovec iov = {PyBytes_AS_STRING(args[0]), len};
        s->bytes_written += len;
        s->write_epoch = s->em.st->epoch;
        ssize_t sent = pn_stream_try_write(s->io, &iov, 1);
        if (sent == (ssize_t)len)
            Py_RETURN_TRUE;
        int below = pn_writable_rest(s, args[0], iov.iov_base, len, sent, NULL);
        return below < 0 ? NULL : PyBool_FromLong(below);
    }
    if (pn_check_alive(&s->em) < 0)
        return NULL;
    if ((nargs != 1 || kwnames != NULL) && parse(s->em.st, "write", 1, args, nargs, kwnames, &a) < 0)
        return NULL;
    if (chunk_of(s->em.st, a.data, a.encoding, &c) < 0)
        return NULL;
    int below = write_chunk(s, &c, a.callback);
    if (below < 0 || after_write(s) < 0)
        return NULL;
    return PyBool_FromLong(below);
}

PyObject *
pn_socket_end_method(PyObject *op, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnSocket *s = PN_SOCKET(op);
    struct write_args a;
    struct chunk c;
    if (pn_check_alive(&s->em) < 0 || parse(s->em.st, "end", 0, args, nargs, kwnames, &a) < 0)
        return NULL;
    if (a.data != NULL && a.data != Py_None) {
        if (chunk_of(s->em.st, a.data, a.encoding, &c) < 0)
            return NULL;
        bool late = s->ending || s->destroyed;
        int status = late ? pn_writable_refuse_end(s, a.callback) : write_chunk(s, &c, NULL);
        if (late)
            release_chunk(&c);
        if (status < 0)
            return NULL;
        if (late)
            a.callback = NULL;
    }
    if (pn_writable_end(s, a.callback) < 0 || after_write(s) < 0)
        return NULL;
    return Py_NewRef(op);
}
