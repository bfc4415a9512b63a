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

/* threading.excepthook((type, value, traceback, thread)) */
static void
to_threading(PnState *st, PyObject *exc)
{
    PyObject *threading = PyImport_ImportModule("threading");
    PyObject *make = threading ? PyObject_GetAttrString(threading, "ExceptHookArgs") : NULL;
    PyObject *hook = threading ? PyObject_GetAttrString(threading, "excepthook") : NULL;
    PyObject *trace = PyException_GetTraceback(exc);
    PyObject *thread = st->driver.thread_object ? st->driver.thread_object : Py_None;
    PyObject *args =
        make ? PyObject_CallFunction(make, "((OOOO))", Py_TYPE(exc), exc, trace ? trace : Py_None, thread) : NULL;
    PyObject *result = args && hook ? PyObject_CallOneArg(hook, args) : NULL;
    if (result == NULL)
        PyErr_WriteUnraisable(hook);
    Py_XDECREF(result);
    Py_XDECREF(args);
    Py_XDECREF(trace);
    Py_XDECREF(hook);
    Py_XDECREF(make);
    Py_XDECREF(threading);
}

static void
to_logging(PyObject *exc)
{
    PyObject *logging = PyImport_ImportModule("logging");
    PyObject *logger = logging ? PyObject_CallMethod(logging, "getLogger", "s", "pynet") : NULL;
    PyObject *method = logger ? PyObject_GetAttrString(logger, "error") : NULL;
    PyObject *args = Py_BuildValue("(s)", "uncaught exception in a listener");
    PyObject *kwargs = Py_BuildValue("{sO}", "exc_info", exc);
    PyObject *result = method && args && kwargs ? PyObject_Call(method, args, kwargs) : NULL;
    if (result == NULL)
        PyErr_WriteUnraisable(logger);
    Py_XDECREF(result);
    Py_XDECREF(kwargs);
    Py_XDECREF(args);
    Py_XDECREF(method);
    Py_XDECREF(logger);
    Py_XDECREF(logging);
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
            to_logging(exc);
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
