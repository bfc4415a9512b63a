/* slow.c - measures the calls from the loop into Python, see slow.h. Only the outermost call counts: what it calls in its
 * turn, such as the listeners of an emit(), is part of it. */
#include "py/loop/slow.h"

#include "py/base/errors.h"
#include "py/loop/tick.h"
#include "py/loop/uncaught.h"

/* Keeps the exception that is set. */
static void
report(PnState *st, PyObject *emitter, PyObject *event, PyObject *callable, uint64_t ns)
{
    PyObject *error = pn_take_exception();
    PyObject *function = Py_XNewRef(st->slow_report); /* another thread may have switched it off */
    PyObject *seconds = function != NULL ? PyFloat_FromDouble((double)ns / 1e9) : NULL;
    PyObject *result = function == NULL ? Py_NewRef(Py_None) : NULL;
    if (seconds != NULL)
        result = PyObject_CallFunctionObjArgs(function, callable, event != NULL ? event : Py_None,
                                              emitter != NULL ? emitter : Py_None, seconds, NULL);
    if (result == NULL)
        pn_unraisable(st, function);
    Py_XDECREF(result);
    Py_XDECREF(seconds);
    Py_XDECREF(function);
    pn_put_back_exception(error);
}

PyObject *
pn_slow_call(PnState *st, PyObject *emitter, PyObject *event, PyObject *callable, PyObject *const *args, size_t nargs)
{
    if (st->slow_measures || !pn_in_callback(st))
        return PyObject_Vectorcall(callable, args, nargs, NULL);
    unsigned generation = st->generation;
    Py_INCREF(callable);
    Py_XINCREF(emitter);
    Py_XINCREF(event);
    st->slow_measures = true;
    uint64_t start = uv_hrtime();
    PyObject *result = PyObject_Vectorcall(callable, args, nargs, NULL);
    uint64_t took = uv_hrtime() - start;
    if (st->generation == generation) {
        if (took >= st->slow_limit)
            report(st, emitter, event, callable, took);
        st->slow_measures = false;
    }
    Py_XDECREF(event);
    Py_XDECREF(emitter);
    Py_DECREF(callable);
    return result;
}

PyObject *
pn_slow_listener(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    double seconds = 0;
    if (nargs != 2)
        return PyErr_Format(PyExc_TypeError, "_slow_listener(seconds, report)");
    if (args[1] != Py_None) {
        seconds = PyFloat_AsDouble(args[0]);
        if (seconds == -1 && PyErr_Occurred())
            return NULL;
    }
    st->slow_limit = seconds < 1e9 ? (uint64_t)(seconds * 1e9) : UINT64_MAX;
    Py_XSETREF(st->slow_report, args[1] != Py_None ? Py_NewRef(args[1]) : NULL);
    Py_RETURN_NONE;
}
