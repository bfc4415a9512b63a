/* uncaught.c - decides what happens to an exception that leaves a listener; set_uncaught_handler().
 *
 * While run() drives, the first one halts the turn and run() raises it, where Node's process would exit;
 * on_uncaught="log" logs it instead. In the background it goes to threading.excepthook; attached to the loop of a host,
 * to the function that embed() got for it. In these cases the connection concerned is destroyed. pynet/_run.py makes the
 * reports. A handler set by the user replaces all of this, except for KeyboardInterrupt and SystemExit, which never
 * reach it. */
#include "py/loop/uncaught.h"

#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/loop/driver.h"
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

/* ERR_LOOP_CLOSED at exit: a listener that still runs then gets it from its calls; not worth a report. */
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

/* Makes the call of a pair (where, call) from pynet._run; steals the pair. */
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
    PyObject *thread = st->driver.thread_object;
    if (thread == NULL || pn_attached_here(st))
        thread = Py_None; /* the current one */
    report(PyObject_CallFunctionObjArgs(pn_state_run(st, PN_RUN_thread_report), exc, thread, NULL));
}

static void
to_logging(PnState *st, PyObject *exc)
{
    report(PyObject_CallOneArg(pn_state_run(st, PN_RUN_log_report), exc));
}

bool
pn_report_lost(PnState *st, PyObject *connection, PyObject *error)
{
    if (st->uncaught_handler != NULL)
        return false;
    report(PyObject_CallFunctionObjArgs(pn_state_run(st, PN_RUN_lost_report), connection, error, NULL));
    return true;
}

static void
to_function(PyObject *handler, PyObject *exc, PyObject *emitter)
{
    Py_INCREF(handler);
    PyObject *result = PyObject_CallFunctionObjArgs(handler, exc, emitter != NULL ? emitter : Py_None, NULL);
    if (result == NULL)
        PyErr_WriteUnraisable(handler);
    Py_XDECREF(result);
    Py_DECREF(handler);
}

/* --- notes --- */

void
pn_note_where(PnState *st, PyObject *emitter, PyObject *event, PyObject *function)
{
    PyObject *none = Py_None;
    PyObject *exc = pn_take_exception();
    if (exc != NULL && !is_exit(exc) && !st->closed) {
        PyObject *result =
            PyObject_CallFunctionObjArgs(pn_state_run(st, PN_RUN_add_where), exc, emitter != NULL ? emitter : none,
                                         event != NULL ? event : none, function != NULL ? function : none, NULL);
        Py_XDECREF(result);
        if (!pn_clear_wording()) { /* a signal handler has raised */
            PyObject *later = pn_take_exception();
            if (later != exc)
                PyException_SetContext(later, exc);
            else
                Py_DECREF(exc);
            exc = later;
        }
    }
    pn_put_back_exception(exc);
}

void
pn_forget_raised(PnState *st)
{
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    Py_CLEAR(st->raised);
    PyErr_Restore(type, value, trace);
}

/* --- pn_uncaught() --- */

static void
raise_from_run(PnState *st, PyObject *exc, PyObject *emitter)
{
    if (st->uncaught != NULL) {
        unraisable(exc, emitter); /* run() can raise only one */
        return;
    }
    st->uncaught = Py_NewRef(exc);
    st->loop->halted = 1;
}

/* Whether step() of a Drive is running on this thread: the exception leaves it as it leaves run(). */
static bool
in_step(const PnState *st)
{
    return pn_attached_here(st) && st->driver.dispatching && st->loop != NULL && !st->closed;
}

void
pn_uncaught(PnState *st, PyObject *emitter, PyObject *connection)
{
    PyObject *exc = pn_take_exception();
    if (exc == NULL)
        return;
    Py_XINCREF(emitter);
    st->counters.uncaught++;
    bool foreground = st->driver.mode == PN_FOREGROUND && st->loop != NULL && !st->closed;
    if ((foreground || in_step(st)) && is_exit(exc)) {
        raise_from_run(st, exc, emitter);
    }
    else if (is_exit(exc)) {
        /* threading.excepthook ignores SystemExit. */
        unraisable(exc, emitter);
        st->hooks->destroy_concerned(st, connection != NULL ? connection : emitter);
    }
    else if (st->uncaught_handler != NULL) {
        to_function(st->uncaught_handler, exc, emitter);
    }
    else if (foreground && !st->driver.log_uncaught) {
        raise_from_run(st, exc, emitter);
    }
    else {
        if (foreground)
            to_logging(st, exc);
        else if (pn_attached_here(st) && st->driver.host_uncaught != NULL)
            to_function(st->driver.host_uncaught, exc, emitter);
        else if (!is_of_the_exit(st, exc))
            to_threading(st, exc);
        st->hooks->destroy_concerned(st, connection != NULL ? connection : emitter);
    }
    Py_XDECREF(emitter);
    Py_DECREF(exc);
}

void
pn_unraisable(PnState *st, PyObject *where)
{
    if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) || PyErr_ExceptionMatches(PyExc_SystemExit))
        pn_uncaught(st, NULL, NULL);
    else
        PyErr_WriteUnraisable(where);
}

/* --- set_uncaught_handler() --- */

const char pn_set_uncaught_handler_doc[] =
    "set_uncaught_handler(handler, /)\n--\n\n"
    "Sets a function handler(exc, emitter). It is called for an exception that leaves a listener or callback,\n"
    "and for an \"error\" event without a listener. emitter is the object whose listener raised, or None. The\n"
    "handler replaces the default handling of run() and of the background thread. An exception of the handler\n"
    "goes to sys.unraisablehook. KeyboardInterrupt and SystemExit never reach it. Returns the previous handler;\n"
    "None restores the default.\n\n"
    "Raises TypeError (ERR_INVALID_ARG_TYPE) if handler is not callable.";

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
