/* diagnostics.c - publishes messages on pynet's channels, see diagnostics.h. */
#include "py/loop/diagnostics.h"

#include "py/base/errors.h"
#include "py/loop/uncaught.h"

static int
add(PyObject *message, const char *key, PyObject *value)
{
    return key == NULL ? 0 : PyDict_SetItemString(message, key, value != NULL ? value : Py_None);
}

void
pn_publish_slow(PnState *st, const char *channel, const char *key, PyObject *value, const char *key2, PyObject *value2)
{
    if (st->closed)
        return;
    PyObject *error = pn_take_exception();
    PyObject *function = Py_NewRef(st->publish);
    PyObject *message = PyDict_New();
    if (message != NULL && (add(message, key, value) < 0 || add(message, key2, value2) < 0))
        Py_CLEAR(message);
    PyObject *result = message != NULL ? PyObject_CallFunction(function, "sO", channel, message) : NULL;
    if (result == NULL)
        pn_unraisable(st, function);
    Py_XDECREF(result);
    Py_XDECREF(message);
    Py_DECREF(function);
    pn_put_back_exception(error);
}

PyObject *
pn_set_publish(PyObject *module, PyObject *function)
{
    PnState *st = pn_state_of_module(module);
    Py_XSETREF(st->publish, function != Py_None ? Py_NewRef(function) : NULL);
    Py_RETURN_NONE;
}
