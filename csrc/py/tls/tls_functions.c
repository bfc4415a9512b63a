/* tls_functions.c - the functions of pynet._tls, and the exceptions of ssl: loaded with the first connection that uses TLS. */
#include "py/tls/tls.h"

#include "py/base/errors.h"

static PyObject *
load_functions(PnState *st)
{
    static const char *const names[] = {"parts_for",       "error_for", "timeout_error", "ticket",  "WantReadError",
                                        "ZeroReturnError", "EOFError",  "start",         "describe"};
    PyObject *all = PyTuple_New(PN_TLS_FUNCTIONS);
    if (all != NULL && pn_state_load(all, 0, PN_TLS_FUNCTIONS, "pynet._tls", names) < 0)
        Py_CLEAR(all);
    if (all != NULL)
        Py_XSETREF(st->tls, all); /* another thread may have set it meanwhile */
    return all;
}

PyObject *
pn_tls_function(PnState *st, enum pn_tls_function which)
{
    if (st->tls == NULL && load_functions(st) == NULL)
        return NULL;
    return PyTuple_GET_ITEM(st->tls, (Py_ssize_t)which);
}

static PyObject *
or_none(PyObject *option)
{
    return option != NULL ? option : Py_None;
}

PyObject *
pn_tls_parts(PnState *st, PyObject *context, const char *name, bool server_side, PyObject *hostname, PyObject *session,
             PyObject *timeout, PyObject *strict_end)
{
    PyObject *function = pn_tls_function(st, PN_TLS_PARTS_FOR);
    if (function == NULL)
        return NULL;
    return PyObject_CallFunction(function, "OsOOOOO", context, name, server_side ? Py_True : Py_False,
                                 or_none(hostname), or_none(session), or_none(timeout),
                                 strict_end != NULL ? strict_end : Py_False);
}

int
pn_tls_check_without(const char *const *names, PyObject *const *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i] != NULL) {
            pn_raise_coded(PyExc_ValueError, "ERR_INVALID_ARG_VALUE", "The argument 'options.%s' needs the option ssl",
                           names[i]);
            return -1;
        }
    }
    return 0;
}
