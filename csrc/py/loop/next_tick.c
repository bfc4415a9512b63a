/* next_tick.c - next_tick(): puts a user function into the tick queue. */
#include "py/base/args.h"
#include "py/loop/driver.h"
#include "py/loop/tick.h"

static void
run_user_tick(PnState *st, PyObject *self, void *arg)
{
    (void)arg;
    PyObject *callable = PyTuple_GET_ITEM(self, 0);
    size_t nargs = (size_t)PyTuple_GET_SIZE(self) - 1;
    (void)pn_call(st, NULL, callable, &PyTuple_GET_ITEM(self, 1), nargs);
}

const char pn_next_tick_doc[] =
    "next_tick(callback, /, *args)\n--\n\n"
    "Calls callback(*args) on the loop's thread. In a listener, that is as soon as the listener has returned,\n"
    "and before any I/O. Outside of a listener, it is at the start of the next turn of the loop.\n"
    "Node: process.nextTick().\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE) if callback is not callable, or is a coroutine function.";

PyObject *
pn_next_tick(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    PnState *st = pn_state_of_module(module);
    PyObject *callback = nargs > 0 ? args[0] : Py_None;
    if (pn_check_callable(st, callback, "callback") < 0 || pn_state_loop(st) == NULL)
        return NULL;
    PyObject *all = PyTuple_New(nargs);
    if (all == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < nargs; i++) {
        Py_INCREF(args[i]);
        PyTuple_SET_ITEM(all, i, args[i]);
    }
    int status = pn_tick(st, run_user_tick, all, NULL);
    Py_DECREF(all);
    if (status < 0 || pn_driver_ensure(st) < 0)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *
pn_tick_callback(const struct pn_tick_entry *tick)
{
    return tick->run == run_user_tick ? PyTuple_GET_ITEM(tick->self, 0) : NULL;
}
