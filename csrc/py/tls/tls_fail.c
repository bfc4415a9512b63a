/* tls_fail.c - the failure of a handshake, or of a connection after it: sends the alert, and makes the error. */
#include "py/tls/tls.h"

#include "py/base/errors.h"
#include "py/stream/duplex.h"

void
pn_tls_fail_with(PnTLS *t, PyObject *error)
{
    PnDuplex *s = t->s;
    if (error == NULL)
        error = pn_take_exception();
    t->failed = true;
    if (!t->established && t->then != NULL && pn_tls_is_on(t))
        t->then(s, error);
    else if (pn_tls_is_on(t))
        pn_duplex_destroy(s, error);
    Py_XDECREF(error);
}

/* The error of the socket, which names its peer, for the exception of the module ssl. Steals `cause`. New reference; NULL
 * with an exception. */
static PyObject *
error_for(PnTLS *t, PyObject *cause)
{
    PyObject *function = pn_tls_function(t->st, PN_TLS_ERROR_FOR);
    PyObject *stack[5] = {NULL, (PyObject *)t->s, cause, t->established ? Py_True : Py_False,
                          t->hostname != NULL ? t->hostname : Py_None};
    PyObject *error =
        cause != NULL ? PyObject_Vectorcall(function, stack + 1, 4 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL) : NULL;
    if (error == NULL && cause != NULL) {
        PyErr_WriteUnraisable((PyObject *)t->s);
        return cause;
    }
    Py_XDECREF(cause);
    return error;
}

void
pn_tls_fail(PnTLS *t)
{
    PyObject *cause = pn_take_exception();
    t->failed = true;
    if (pn_tls_is_on(t) && !t->inside && pn_tls_collect(t) == 0) /* an alert */
        (void)pn_tls_send(t);
    PyErr_Clear();
    pn_tls_fail_with(t, error_for(t, cause));
}
