/* tls_calls.c - calls the SSLObject and its MemoryBIO: by the bound methods of _ssl, without a Python frame. */
#include "py/tls/tls.h"

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
    PyObject *result = PyObject_Vectorcall(t->calls[which], args, nargs | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    t->inside = false;
    return result;
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

Py_ssize_t
pn_tls_call_handshake(PnTLS *t)
{
    PyObject *stack[1] = {NULL};
    PyObject *result = call(t, PN_TLS_HANDSHAKE, stack + 1, 0);
    if (result == NULL)
        return outcome_of_exception(t);
    Py_DECREF(result);
    return 0;
}

Py_ssize_t
pn_tls_call_read(PnTLS *t, char *base, size_t len)
{
    PyObject *stack[3] = {NULL, PyLong_FromSize_t(len), NULL};
    stack[2] = stack[1] != NULL ? PyMemoryView_FromMemory(base, (Py_ssize_t)len, PyBUF_WRITE) : NULL;
    PyObject *result = stack[2] != NULL ? call(t, PN_TLS_READ, stack + 1, 2) : NULL;
    Py_XDECREF(stack[1]);
    Py_XDECREF(stack[2]);
    Py_ssize_t n = count_of(t, result);
    return n == 0 ? PN_TLS_OVER : n;
}

Py_ssize_t
pn_tls_call_write(PnTLS *t, PyObject *bytes, const char *base, size_t len)
{
    PyObject *data = bytes != NULL ? Py_NewRef(bytes)
                                   : PyMemoryView_FromMemory((char *)(uintptr_t)base, (Py_ssize_t)len, PyBUF_READ);
    PyObject *stack[2] = {NULL, data};
    PyObject *result = data != NULL ? call(t, PN_TLS_WRITE, stack + 1, 1) : NULL;
    Py_XDECREF(data);
    return count_of(t, result);
}

Py_ssize_t
pn_tls_call_shutdown(PnTLS *t)
{
    PyObject *stack[1] = {NULL};
    PyObject *result = call(t, PN_TLS_SHUTDOWN, stack + 1, 0);
    if (result == NULL)
        return outcome_of_exception(t);
    Py_DECREF(result);
    return 0;
}

bool
pn_tls_has_more(PnTLS *t)
{
    PyObject *stack[1] = {NULL};
    PyObject *waits = PyObject_GetAttr(t->incoming, t->st->names.pending);
    Py_ssize_t n = waits != NULL ? PyLong_AsSsize_t(waits) : -1;
    Py_XDECREF(waits);
    if (n == 0) {
        PyObject *result =
            PyObject_Vectorcall(t->calls[PN_TLS_PENDING], stack + 1, PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
        n = result != NULL ? PyLong_AsSsize_t(result) : -1;
        Py_XDECREF(result);
    }
    if (n < 0)
        PyErr_Clear(); /* the next read() says it again */
    return n != 0;
}

int
pn_tls_call_feed(PnTLS *t, const char *base, size_t len)
{
    PyObject *view = PyMemoryView_FromMemory((char *)(uintptr_t)base, (Py_ssize_t)len, PyBUF_READ);
    PyObject *stack[2] = {NULL, view};
    PyObject *result =
        view != NULL ? PyObject_Vectorcall(t->calls[PN_TLS_FEED], stack + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL)
                     : NULL;
    Py_XDECREF(view);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
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
