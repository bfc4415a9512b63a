/* uncaught.c - exceptions that leave listeners, see uncaught.h.
 *
 * In the foreground the first one halts the turn and is raised by run(), as Node would die of it. In the background it
 * goes to threading.excepthook, and the connection concerned is destroyed. A handler of the user's replaces both. */
#include "py/loop/uncaught.h"

#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/loop/hooks.h"

/* --- reporting --- */

static void
unraisable(PyObject *exc, PyObject *where)
{
    PyErr_SetObject((PyObject *)Py_TYPE(exc), exc);
    PyErr_WriteUnraisable(where);
}

static bool
is_exit(PyObject *exc)
{
    return PyErr_GivenExceptionMatches(exc, PyExc_KeyboardInterrupt) ||
           PyErr_GivenExceptionMatches(exc, PyExc_SystemExit);
}

/* What a listener gets that the exit has overtaken, for what it calls from then on. */
static bool
is_of_the_exit(PnState *st, PyObject *exc)
{
    if (!st->closed || !PyErr_GivenExceptionMatches(exc, st->NetError))
        return false;
    PyObject *code = PyObject_GetAttrString(exc, "code");
    bool same = code != NULL && PyUnicode_Check(code) && PyUnicode_CompareWithASCIIString(code, "ERR_LOOP_CLOSED") == 0;
    Py_XDECREF(code);
    PyErr_Clear();
    return same;
}

/* Makes the call of a (where, call) of pynet._run; steals it. */
static void
report(PyObject *pair)
{
    PyObject *where = pair != NULL ? PyTuple_GET_ITEM(pair, 0) : NULL;
    PyObject *result = pair != NULL ? PyObject_CallNoArgs(PyTuple_GET_ITEM(pair, 1)) : NULL;
    if (result == NULL)
        PyErr_WriteUnraisable(where);
    Py_XDECREF(result);
    Py_XDECREF(pair);
}

static void
to_threading(PnState *st, PyObject *exc)
{
    PyObject *thread = st->driver.thread_object != NULL ? st->driver.thread_object : Py_None;
    report(PyObject_CallFunctionObjArgs(pn_state_run(st, PN_RUN_thread_report), exc, thread, NULL));
}

static void
to_logging(PnState *st, PyObject *exc)
{
    report(PyObject_CallOneArg(pn_state_run(st, PN_RUN_log_report), exc));
}

static void
to_handler(PnState *st, PyObject *exc, PyObject *emitter)
{
    PyObject *handler = Py_NewRef(st->uncaught_handler);
    PyObject *result = PyObject_CallFunctionObjArgs(handler, exc, emitter != NULL ? emitter : Py_None, NULL);
    if (result == NULL)
        PyErr_WriteUnraisable(handler);
    Py_XDECREF(result);
    Py_DECREF(handler);
}

/* --- what the others call --- */

static void
raise_from_run(PnState *st, PyObject *exc, PyObject *emitter)
{
    if (st->uncaught != NULL) {
        unraisable(exc, emitter); /* run() can raise but one */
        return;
    }
    st->uncaught = Py_NewRef(exc);
    st->loop->halted = 1;
}

void
pn_uncaught(PnState *st, PyObject *emitter, PyObject *connection)
{
    PyObject *exc = pn_take_exception();
    if (exc == NULL)
        return;
    Py_XINCREF(emitter);
    bool foreground = st->driver.mode == PN_FOREGROUND && st->loop != NULL && !st->closed;
    if (foreground && is_exit(exc)) {
        raise_from_run(st, exc, emitter);
    }
    else if (is_exit(exc)) {
        /* threading.excepthook would keep silent about SystemExit. */
        unraisable(exc, emitter);
        st->hooks->destroy_concerned(st, connection != NULL ? connection : emitter);
    }
    else if (st->uncaught_handler != NULL) {
        to_handler(st, exc, emitter);
    }
    else if (foreground && !st->driver.log_uncaught) {
        raise_from_run(st, exc, emitter);
    }
    else {
        if (foreground)
            to_logging(st, exc);
        else if (!is_of_the_exit(st, exc))
            to_threading(st, exc);
        st->hooks->destroy_concerned(st, connection != NULL ? connection : emitter);
    }
    Py_XDECREF(emitter);
    Py_DECREF(exc);
}

/* --- set_uncaught_handler() --- */

const char pn_set_uncaught_handler_doc[] =
    "set_uncaught_handler(handler, /)\n--\n\n"
    "Sets what is called with (exc, emitter) for an exception that leaves a listener or callback, and for an "
    "\"error\"\n"
    "event nobody listens to; emitter is the object whose listener raised, or None. It replaces what run() and the\n"
    "background loop do otherwise. Returns the previous handler; None resets. What the handler raises goes to\n"
    "sys.unraisablehook. KeyboardInterrupt and SystemExit never reach it.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE) when handler is not callable.";

PyObject *
pn_set_uncaught_handler(PyObject *module, PyObject *handler)
{
    PnState *st = pn_state_of_module(module);
    if (handler != Py_None && pn_check_callable(st, handler, "handler") < 0)
        return NULL;
    PyObject *previous = st->uncaught_handler != NULL ? st->uncaught_handler : Py_NewRef(Py_None);
    st->uncaught_handler = handler == Py_None ? NULL : Py_NewRef(handler);
    return previous;
}
