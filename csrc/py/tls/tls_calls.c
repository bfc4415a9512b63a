/* tls_calls.c - calls the SSLObject and its MemoryBIO: by the bound methods of _ssl, without a Python frame; for data, if
 * possible, OpenSSL itself (tls_direct.c). */
#include "py/tls/tls.h"

#include <string.h>

#include "py/base/errors.h"

/* An SSLWantReadError is the normal end of reading, and no failure. Clears the exception that it understands. */
static Py_ssize_t
outcome_of_exception(PnTLS *t)
{
    PyObject *want = pn_tls_function(t->st, PN_TLS_WANT_READ), *zero = pn_tls_function(t->st, PN_TLS_ZERO_RETURN);
    Py_ssize_t outcome = PyErr_ExceptionMatches(want)   ? PN_TLS_WANTS
                         : PyErr_ExceptionMatches(zero) ? PN_TLS_OVER
                                                        : PN_TLS_ERROR;
    if (outcome != PN_TLS_ERROR)
        PyErr_Clear();
    return outcome;
}

/* Calls with `inside` set. The bound method is kept alive: another thread may free the filter's connection. */
static PyObject *
call(PnTLS *t, enum pn_tls_call which, PyObject *const *args, size_t nargs)
{
    t->inside = true;
    t->thread = PyThread_get_thread_ident();
    PyObject *result = PyObject_Vectorcall(t->calls[which], args, nargs | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    t->inside = false;
    return result;
}

bool
pn_tls_enter(PnTLS *t)
{
    unsigned long me = PyThread_get_thread_ident();
    while (t->inside) {
        if (t->thread == me)
            return false;
        Py_BEGIN_ALLOW_THREADS uv_sleep(1);
        Py_END_ALLOW_THREADS
    }
    t->inside = true;
    t->thread = me;
    return true;
}

/* The count that read() or write() has returned. Steals `result`. */
static Py_ssize_t
count_of(PnTLS *t, PyObject *result)
{
    if (result == NULL)
        return outcome_of_exception(t);
    Py_ssize_t n = PyLong_AsSsize_t(result);
    Py_DECREF(result);
    return n < 0 ? PN_TLS_ERROR : n;
}

/* A call without arguments whose result does not matter. */
static Py_ssize_t
call_alone(PnTLS *t, enum pn_tls_call which)
{
    PyObject *stack[1] = {NULL};
    PyObject *result = call(t, which, stack + 1, 0);
    if (result == NULL)
        return outcome_of_exception(t);
    Py_DECREF(result);
    return 0;
}

Py_ssize_t
pn_tls_call_handshake(PnTLS *t)
{
    Py_ssize_t outcome = pn_tls_may_shake(t) ? pn_tls_direct_handshake(t) : PN_TLS_ERROR;
    return outcome == PN_TLS_ERROR ? call_alone(t, PN_TLS_HANDSHAKE) : outcome;
}

/* read() of an object that is not the one of _ssl: it returns bytes. */
static Py_ssize_t
read_bytes(PnTLS *t, char *base, size_t len)
{
    PyObject *stack[2] = {NULL, PyLong_FromSize_t(len)};
    PyObject *bytes = stack[1] != NULL ? call(t, PN_TLS_READ, stack + 1, 1) : NULL;
    Py_XDECREF(stack[1]);
    if (bytes == NULL)
        return outcome_of_exception(t);
    Py_ssize_t n = PyBytes_Check(bytes) && PyBytes_GET_SIZE(bytes) <= (Py_ssize_t)len ? PyBytes_GET_SIZE(bytes) : -1;
    if (n > 0)
        memcpy(base, PyBytes_AS_STRING(bytes), (size_t)n);
    else if (n < 0)
        PyErr_SetString(PyExc_TypeError, "SSLObject.read() has not returned bytes");
    Py_DECREF(bytes);
    return n;
}

/* read() of _ssl, into the memory itself. */
static Py_ssize_t
read_into(PnTLS *t, char *base, size_t len)
{
    PyObject *stack[3] = {NULL, PyLong_FromSize_t(len), (PyObject *)t};
    t->span = base;
    t->span_len = len;
    PyObject *result = stack[1] != NULL ? call(t, PN_TLS_READ, stack + 1, 2) : NULL;
    t->span = NULL;
    Py_XDECREF(stack[1]);
    return count_of(t, result);
}

Py_ssize_t
pn_tls_call_read(PnTLS *t, char *base, size_t len)
{
    Py_ssize_t n = pn_tls_may_call(t) ? pn_tls_direct_read(t, base, len) : PN_TLS_ERROR;
    if (n == PN_TLS_ERROR)
        n = t->direct ? read_into(t, base, len) : read_bytes(t, base, len);
    if (n == PN_TLS_WANTS && t->whole == PN_TLS_UNKNOWN)
        pn_tls_direct_begin(t);
    else if (n == PN_TLS_WANTS)
        t->whole = 0;
    else if (n > 0 && (size_t)n < len && t->whole != PN_TLS_UNKNOWN && t->whole > 0)
        t->whole--; /* a record at a time; when the memory is full, there may be more of it */
    return n == 0 ? PN_TLS_OVER : n;
}

Py_ssize_t
pn_tls_call_write(PnTLS *t, PyObject *bytes, const char *base, size_t len)
{
    size_t n = pn_tls_may_call(t) ? pn_tls_direct_write(t, base, len) : 0;
    if (n > 0)
        return (Py_ssize_t)n;
    PyObject *data = bytes != NULL ? Py_NewRef(bytes)
                     : t->direct   ? Py_NewRef((PyObject *)t)
                                   : PyBytes_FromStringAndSize(base, (Py_ssize_t)len);
    PyObject *stack[2] = {NULL, data};
    t->span = (char *)(uintptr_t)base;
    t->span_len = len;
    PyObject *result = data != NULL ? call(t, PN_TLS_WRITE, stack + 1, 1) : NULL;
    t->span = NULL;
    Py_XDECREF(data);
    return count_of(t, result);
}

Py_ssize_t
pn_tls_call_shutdown(PnTLS *t)
{
    return call_alone(t, PN_TLS_SHUTDOWN);
}

static int
feed_by_method(PnTLS *t, const char *base, size_t len)
{
    PyObject *stack[2] = {NULL, (PyObject *)t};
    t->span = (char *)(uintptr_t)base;
    t->span_len = len;
    PyObject *result = PyObject_Vectorcall(t->calls[PN_TLS_FEED], stack + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    t->span = NULL;
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

int
pn_tls_call_feed(PnTLS *t, const char *base, size_t *len)
{
    int status = t->bio.in != NULL                   ? pn_tls_bio_feed(t, base, len)
                 : pn_tls_direct_feed(t, base, *len) ? 0
                                                     : feed_by_method(t, base, *len);
    if (status < 0)
        return -1;
    size_t whole = pn_tls_records_add(&t->records, base, *len);
    if (t->whole != PN_TLS_UNKNOWN)
        t->whole += whole;
    return 0;
}

int
pn_tls_get_buffer(PyObject *op, Py_buffer *view, int flags)
{
    PnTLS *t = PN_TLS(op);
    if (t->span == NULL) {
        view->obj = NULL;
        PyErr_SetString(PyExc_BufferError, "the memory of a call that is over");
        return -1;
    }
    return PyBuffer_FillInfo(view, op, t->span, (Py_ssize_t)t->span_len, 0, flags);
}

PyObject *
pn_tls_call_take(PnTLS *t)
{
    PyObject *stack[1] = {NULL};
    PyObject *bytes = PyObject_Vectorcall(t->calls[PN_TLS_TAKE], stack + 1, PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    if (bytes == NULL || PyBytes_CheckExact(bytes))
        return bytes;
    Py_DECREF(bytes);
    PyErr_SetString(PyExc_TypeError, "MemoryBIO.read() has not returned bytes");
    return NULL;
}
