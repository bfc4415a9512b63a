/* socket_closing.c - how a socket closes at the end of `with`: the option and property close_timeout. */
#include "py/base/args.h"
#include "py/socket/socket.h"

int
pn_check_close_timeout(PyObject *obj, const char *name, double *seconds)
{
    if (pn_arg_number(obj, name, seconds) < 0)
        return -1;
    if (*seconds >= 0)
        return 0;
    pn_raise_range(name, "a number of seconds >= 0", obj);
    return -1;
}

PyObject *
pn_socket_get_close_timeout(PyObject *op, void *closure)
{
    const struct pn_socket_extras *extras = PN_SOCKET(op)->extras;
    (void)closure;
    return PyFloat_FromDouble(extras != NULL && extras->has_close_timeout ? extras->close_timeout : PN_CLOSE_TIMEOUT);
}

int
pn_socket_set_close_timeout(PyObject *op, PyObject *value, void *closure)
{
    PnSocket *s = PN_SOCKET(op);
    double seconds = PN_CLOSE_TIMEOUT;
    (void)closure;
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot delete close_timeout");
        return -1;
    }
    if (value != Py_None && pn_check_close_timeout(value, "close_timeout", &seconds) < 0)
        return -1;
    if (pn_extras_of(s) == NULL)
        return -1;
    s->extras->has_close_timeout = value != Py_None;
    s->extras->close_timeout = seconds;
    return 0;
}
