/* tls_functions.c - the functions of pynet._tls, and the exceptions of ssl: loaded with the first connection that uses TLS. */
#include "py/tls/tls.h"

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
