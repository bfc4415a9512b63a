/* run.c - run() and stop(): the calling thread drives the loop until nothing is left to do.
 *
 * Ctrl-C: on the main thread run() makes the loop's wake pipe Python's wakeup descriptor (install_signals()), so that a
 * signal ends pn_loop_wait(); pn_driver_turn() then raises KeyboardInterrupt. On Windows, where that takes only sockets, the
 * wait is short instead (pn_signals_longest_wait()). With run(signals=True) the first SIGINT or
 * SIGTERM closes in order (graceful.c), the second makes run() return at once. An uncaught exception of a listener is
 * raised by run(). */
#include "py/base/args.h"
#include "py/base/errors.h"
#include "py/loop/driver.h"
#include "py/loop/tick.h"
#include "uvio/signals.h"

/* How often to try to restore a signal setting: a signal handler may raise in between, or an allocation fail. */
#define RESTORE_TRIES 16
#define DEFAULT_GRACE 10.0
#define LONGEST_GRACE 1e9 /* s; a longer one is no limit */

/* --- signals --- */

PyObject *
pn_on_signal(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    (void)args;
    (void)nargs;
    PnState *st = pn_state_of_module(module);
    if (!st->driver.graceful) {
        pn_graceful_begin(st);
        Py_RETURN_NONE;
    }
    st->driver.stop = true; /* the second signal: return at once */
    if (st->loop != NULL)
        pn_loop_wake(st->loop);
    Py_RETURN_NONE;
}

/* --- run() --- */

struct run_args {
    PyObject *main;
    bool signals;
    bool log;
    uint64_t grace; /* ns; UINT64_MAX: without limit */
};

/* grace: seconds, or None. 10 is less than what service managers and container runtimes give a process before they
 * kill it. */
static int
parse_grace(PyObject *obj, struct run_args *out)
{
    double seconds = DEFAULT_GRACE;
    out->grace = UINT64_MAX;
    if (obj != NULL && !out->signals && obj != Py_None) {
        pn_raise_arg_value("grace", "needs signals=True", obj);
        return -1;
    }
    if (obj == Py_None)
        return 0;
    if (obj != NULL && pn_arg_number(obj, "grace", &seconds) < 0)
        return -1;
    if (!(seconds >= 0)) {
        pn_raise_range("grace", "a number of seconds >= 0, or None", obj);
        return -1;
    }
    if (seconds < LONGEST_GRACE)
        out->grace = (uint64_t)(seconds * 1e9);
    return 0;
}

static int
parse_run(PnState *st, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct run_args *out)
{
    static const char *const names[] = {"main", "signals", "grace", "on_uncaught", NULL};
    PyObject *a[4];
    if (nargs > 1) {
        PyErr_Format(PyExc_TypeError, "run() takes at most 1 positional argument (%zd given)", nargs);
        return -1;
    }
    if (pn_unpack("run", names, 0, args, nargs, kwnames, a) < 0)
        return -1;
    out->main = a[0] == Py_None ? NULL : a[0];
    if (out->main != NULL && pn_check_callable(st, out->main, "main") < 0)
        return -1;
    int signals = pn_arg_bool(a[1]);
    if (signals < 0)
        return -1;
    out->signals = signals;
    out->log = false;
    if (parse_grace(a[2], out) < 0)
        return -1;
    if (a[3] == NULL || a[3] == Py_None)
        return 0;
    if (!PyUnicode_Check(a[3])) {
        pn_raise_arg_type("on_uncaught", "a str or None", a[3]);
        return -1;
    }
    if (PyUnicode_CompareWithASCIIString(a[3], "log") != 0) {
        pn_raise_arg_value("on_uncaught", "must be \"log\" or None", a[3]);
        return -1;
    }
    out->log = true;
    return 0;
}

static int
check_run(PnState *st, PyObject *unused)
{
    const char *why = NULL;
    (void)unused;
    if (pn_check_host(st) < 0)
        return -1;
    if (st->driver.mode == PN_ATTACHED) {
        PyErr_Format(
            PyExc_RuntimeError,
            "run() cannot be called while pynet is attached to %S, which drives the loop. Detach it first: leave "
            "pynet.aio.attached() or aio.run(), or close() the drive of embed()",
            st->driver.host_name);
        return -1;
    }
    if (st->driver.mode == PN_FOREGROUND)
        why = "run() is active already";
    else if (pn_in_callback(st))
        why = "run() cannot be called inside a listener: the loop is running";
    else if (pn_in_turn(st))
        why = "run() cannot be called inside a turn() block";
    if (why == NULL)
        return pn_state_loop(st) == NULL ? -1 : 0;
    PyErr_SetString(PyExc_RuntimeError, why);
    return -1;
}

/* From here on no other thread may drive, though nothing is dispatched yet. */
static void
claim(PnState *st, enum pn_mode mode)
{
    struct pn_driver *d = &st->driver;
    d->mode = mode;
    d->ran = true;
    d->thread = PyThread_get_thread_ident();
    pn_graceful_reset(st);
    pn_driver_notify_all(st); /* another run() that waits for the hand-over raises */
}

static void
give_up_claim(PnState *st)
{
    struct pn_driver *d = &st->driver;
    d->mode = PN_IDLE;
    pn_times_stop(&st->loop->times, uv_hrtime());
    d->log_uncaught = d->looks_again = false;
    pn_graceful_reset(st);
    st->loop->halted = 0;
    pn_driver_notify_all(st);
    pn_driver_resume(st, false);
}

int
pn_take_over(PnState *st, enum pn_mode mode, int (*check)(PnState *st, PyObject *arg), PyObject *arg)
{
    struct pn_driver *d = &st->driver;
    unsigned generation = st->generation;
    int status = 0;
    bool background = d->mode == PN_BACKGROUND || d->starting;
    d->hand_over++;
    uint64_t patience = uv_hrtime() + PN_START_NS;
    while (status == 0 && (d->mode == PN_BACKGROUND || (d->starting && uv_hrtime() < patience)) &&
           st->generation == generation) {
        pn_loop_wake(st->loop);
        status = pn_driver_wait(st, 50);
    }
    if (st->generation == generation) {
        d->hand_over--; /* the background thread hands over as long as one thread waits for it */
        if (status == 0 && d->mode == PN_IDLE)
            d->starting = false; /* it may never come; if it does, it sees that it is too late */
    }
    if (status == 0 && d->mode != PN_IDLE)
        status = check(st, arg);
    /* Get the loop again: this may be a forked child by now, or the interpreter may exit. */
    if (status == 0 && pn_state_loop(st) == NULL)
        status = -1;
    if (status == 0)
        claim(st, mode);
    else if (st->generation == generation)
        pn_driver_resume(st, background);
    return status;
}

PyObject *
pn_anything_left(PyObject *module, PyObject *unused)
{
    (void)unused;
    PnState *st = pn_state_of_module(module);
    return PyBool_FromLong(st->loop != NULL && pn_is_busy(st));
}

/* Calls main() at the start of the first turn: nothing is dispatched before it returns. */
static int
call_main(PnState *st, PyObject *main)
{
    unsigned generation = st->generation;
    int status = pn_dispatch_begin(st);
    if (status != 0)
        return status < 0 ? -1 : 0;
    unsigned scope = pn_callback_scope_open(st);
    PyObject *result = PyObject_CallNoArgs(main);
    if (result == NULL && st->generation == generation) {
        /* As after an uncaught exception: the ticks that main() queued wait for the next run(). */
        PyObject *type, *value, *trace;
        PyErr_Fetch(&type, &value, &trace);
        st->loop->halted = 1;
        pn_callback_scope_close(st, scope);
        PyErr_Restore(type, value, trace);
    }
    else {
        pn_callback_scope_close(st, scope);
    }
    Py_XDECREF(result);
    if (st->generation == generation)
        pn_dispatch_end(st);
    return result == NULL ? -1 : 0;
}

/* Neither stop() nor an uncaught exception ends it, and this is not a forked child. */
static bool
goes_on(const PnState *st, unsigned generation)
{
    return st->generation == generation && !st->driver.stop && st->uncaught == NULL;
}

static int
run_loop(PnState *st, PyObject *main)
{
    unsigned generation = st->generation;
    int status = main != NULL ? call_main(st, main) : 0;
    while (status == 0 && goes_on(st, generation)) {
        st->driver.looks_again = false;
        if (!pn_is_busy(st)) {
            int left = pn_look_for_work(st);
            if (left <= 0)
                return left;
            if (!goes_on(st, generation)) /* user code has run */
                return 0;
        }
        status = pn_driver_turn(st);
    }
    return status;
}

/* Drives until run() must return; claim() and install_signals() come before. */
static int
drive_foreground(PnState *st, const struct run_args *a)
{
    unsigned generation = st->generation;
    st->driver.log_uncaught = a->log;
    st->loop->halted = 0;
    int status = run_loop(st, a->main);
    if (st->generation != generation)
        return status; /* a forked child, or the interpreter exits: the state is not of this run() any more */
    PyObject *uncaught = st->uncaught;
    st->uncaught = NULL;
    give_up_claim(st);
    if (uncaught == NULL)
        return status;
    if (status == 0)
        (void)pn_raise(Py_NewRef(uncaught));
    Py_DECREF(uncaught);
    return -1;
}

/* While run() drives on the main thread, Python's wakeup descriptor is the loop's wake pipe: a signal such as Ctrl-C
 * ends the wait, whichever thread it was delivered to. */
struct saved_signals {
    PyObject *begun;     /* own: the result of begin() in pynet._run */
    PyObject *wakeup_fd; /* own: the previous wakeup descriptor, once it is replaced */
    bool handlers;       /* set_handlers() has been called */
    struct pn_signal_handlers c;
};

static int
set_handlers(PnState *st, struct saved_signals *saved, PyObject *instead)
{
    PyObject *before = PyTuple_GET_ITEM(saved->begun, 1);
    PyObject *set = pn_state_run(st, PN_RUN_set_handlers);
    PyObject *result = PyObject_CallFunctionObjArgs(set, before, instead, NULL);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

static int
install_signals(PnState *st, const struct run_args *a, struct saved_signals *saved)
{
    int fd = pn_signals_fd(st->loop);
    PyObject *handler = a->signals ? PyObject_GetAttrString(st->module, "_on_signal") : Py_NewRef(Py_None);
    PyObject *log = a->log ? Py_True : Py_False;
    if (handler != NULL)
        saved->begun = PyObject_CallFunctionObjArgs(pn_state_run(st, PN_RUN_begin), handler, log, NULL);
    int status = saved->begun != NULL ? 0 : -1;
    if (status == 0 && saved->begun != Py_None) {
        if (fd >= 0)
            saved->wakeup_fd = PyObject_CallFunction(PyTuple_GET_ITEM(saved->begun, 0), "i", fd);
        status = fd < 0 || saved->wakeup_fd != NULL ? 0 : -1;
        saved->handlers = status == 0 && a->signals;
        pn_signal_handlers_get(&saved->c);
        if (saved->handlers)
            status = set_handlers(st, saved, handler);
    }
    Py_XDECREF(handler);
    return status;
}

static void
restore_wakeup_fd(struct saved_signals *saved)
{
    PyObject *set = PyTuple_GET_ITEM(saved->begun, 0);
    PyObject *none = PyLong_FromLong(-1);
    PyObject *ours = NULL;
    for (int tries = 0; ours == NULL && tries < RESTORE_TRIES; tries++) {
        PyErr_Clear();
        /* The previous descriptor may have been closed meanwhile: the last tries set none. */
        ours = PyObject_CallOneArg(set, tries < RESTORE_TRIES / 2 ? saved->wakeup_fd : none);
    }
    PyErr_Clear();
    Py_XDECREF(ours);
    Py_DECREF(none);
}

/* A signal handler that raises interrupts set_handlers(), which is then called again. run() raises that exception, with
 * the exception that was set before as its context. */
static void
restore_handlers(PnState *st, struct saved_signals *saved, PyObject **error)
{
    for (int tries = 0; tries < RESTORE_TRIES && set_handlers(st, saved, Py_None) < 0; tries++) {
        PyObject *before = *error;
        *error = pn_take_exception();
        if (before != NULL && before != *error)
            PyException_SetContext(*error, before);
        else
            Py_XDECREF(before);
    }
}

/* Keeps the exception that is set. */
static void
restore_signals(PnState *st, struct saved_signals *saved)
{
    PyObject *error = pn_take_exception();
    if (saved->wakeup_fd != NULL)
        restore_wakeup_fd(saved);
    if (saved->handlers) {
        restore_handlers(st, saved, &error);
        /* The handler may be C code, of which Python does not know. */
        pn_signal_handlers_set(&saved->c);
    }
    Py_CLEAR(saved->wakeup_fd);
    Py_CLEAR(saved->begun);
    pn_put_back_exception(error);
}

const char pn_run_doc[] =
    "run(main=None, *, signals=False, grace=10, on_uncaught=None)\n--\n\n"
    "Drives the loop on the calling thread, until nothing keeps it going (see active()), or until stop() is\n"
    "called. It calls main() first, inside the first turn. If the background thread was driving, it stops.\n\n"
    "signals=True (only on the main thread): the first SIGINT or SIGTERM closes everything in order: it stops\n"
    "accepting, sends queued writes and unlinks unix paths. Connections of serve() end when their handlers return.\n"
    "On the second signal run() returns at once. `grace` seconds after the first signal, run() destroys what is\n"
    "still open, and one line on stderr says how many; None means no limit. On SIGUSR1 it calls\n"
    "dump(), unless the program has a handler of its own.\n\n"
    "on_uncaught=\"log\": if an exception leaves a listener, it is logged (logger \"pynet\"), the connection\n"
    "concerned is destroyed, and run() continues. By default run() raises the exception and destroys nothing,\n"
    "and you may call run() again.\n\n"
    "Raises RuntimeError inside a listener, inside turn(), while another run() is active, and while pynet is\n"
    "attached to the loop of a host (embed(), pynet.aio).";

PyObject *
pn_run(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PnState *st = pn_state_of_module(module);
    struct run_args a;
    struct saved_signals saved = {.begun = NULL};
    if (parse_run(st, args, nargs, kwnames, &a) < 0 || check_run(st, NULL) < 0 ||
        pn_take_over(st, PN_FOREGROUND, check_run, NULL) < 0)
        return NULL;
    unsigned generation = st->generation;
    st->driver.grace = a.grace;
    int status = install_signals(st, &a, &saved);
    /* install_signals() has run Python: a signal handler may have forked. */
    if (status == 0 && st->generation == generation)
        status = drive_foreground(st, &a);
    else if (st->generation == generation)
        give_up_claim(st);
    restore_signals(st, &saved);
    if (status < 0 || PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

const char pn_stop_doc[] =
    "stop()\n--\n\n"
    "Makes run() return at the end of the current turn. Any thread, listener or signal handler may call it. It\n"
    "closes nothing. Does nothing if run() is not active.";

PyObject *
pn_stop(PyObject *module, PyObject *unused)
{
    (void)unused;
    PnState *st = pn_state_of_module(module);
    if (st->driver.mode == PN_FOREGROUND) {
        st->driver.stop = true;
        pn_loop_wake(st->loop);
        pn_driver_notify_all(st);
    }
    Py_RETURN_NONE;
}
