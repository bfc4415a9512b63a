/* driver.c - opens the loop at its first use, starts the background thread, runs one turn (the wait, the dispatch).
 *
 * Threads: everything here runs with the GIL held, except the wait itself. */
#include "py/loop/driver.h"

#include "py/base/errors.h"
#include "py/loop/tick.h"
#include "py/loop/waiter.h"
#include "uvio/clock.h"
#include "uvio/signal_mask.h"
#include "uvio/signals.h"

/* After a wait could not be woken for lack of memory. */
#define RETRY_NS (10 * (int64_t)1000000)

/* How long run() waits when only another thread can give it work: it returns within 100 ms of that thread's end. */
#define LOOK_NS  ((int64_t)50 * 1000000)

/* --- the condition variable between the driver and the threads that wait for it --- */

int
pn_driver_init(PnState *st)
{
    struct pn_driver *d = &st->driver;
    if (uv_mutex_init(&d->mutex) != 0 || uv_cond_init(&d->cond) != 0) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

void
pn_driver_clear(PnState *st)
{
    struct pn_driver *d = &st->driver;
    uv_cond_destroy(&d->cond);
    uv_mutex_destroy(&d->mutex);
    PyMem_RawFree(d->holders);
    d->holders = NULL;
    Py_CLEAR(d->thread_object);
}

static void
wait_without_gil(PnState *st, unsigned ms)
{
    struct pn_driver *d = &st->driver;
    /* No notification is lost between the caller's check and this wait: the mutex is taken while the GIL is still held,
     * and pn_driver_notify_all() needs the GIL. If one were lost, the wait would still end after `ms`. */
    d->waiters++;
    uv_mutex_lock(&d->mutex);
    PyThreadState *ts = PyEval_SaveThread();
    (void)uv_cond_timedwait(&d->cond, &d->mutex, (uint64_t)ms * 1000000);
    uv_mutex_unlock(&d->mutex);
    PyEval_RestoreThread(ts);
    d->waiters--;
}

int
pn_driver_wait(PnState *st, unsigned ms)
{
    wait_without_gil(st, ms);
    return PyErr_CheckSignals();
}

void
pn_driver_notify_all(PnState *st)
{
    struct pn_driver *d = &st->driver;
    if (d->waiters == 0)
        return;
    uv_mutex_lock(&d->mutex);
    uv_cond_broadcast(&d->cond);
    uv_mutex_unlock(&d->mutex);
}

bool
pn_in_turn(const PnState *st)
{
    unsigned long me = PyThread_get_thread_ident();
    for (int i = 0; i < st->driver.holds; i++) {
        if (st->driver.holders[i] == me)
            return true;
    }
    return false;
}

/* --- the loop --- */

/* -1 with an exception: this runs Python, so a signal handler may raise in it. */
static int
register_exit(PnState *st)
{
    PyObject *at_exit = PyObject_GetAttrString(st->module, "_at_exit");
    PyObject *result = at_exit != NULL ? PyObject_CallOneArg(pn_state_run(st, PN_RUN_register_exit), at_exit) : NULL;
    Py_XDECREF(at_exit);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

struct pn_loop *
pn_state_loop(PnState *st)
{
    int status;
    if (st->closed) {
        pn_raise_closed(st);
        return NULL;
    }
    if (st->loop != NULL) {
        if (!st->loop->dead)
            return st->loop;
        pn_raise_net(st, "ERR_LOOP_DEAD", "The event loop is dead: one of its file descriptors was closed");
        return NULL;
    }
    struct pn_loop *loop = pn_loop_new(&status);
    if (loop == NULL) {
        pn_raise_uv(st, status, "epoll_create");
        return NULL;
    }
    loop->data = st;
    st->loop = loop;
    if (register_exit(st) < 0)
        return NULL;
    /* register_exit() has run Python: a signal handler may have forked, so check again. */
    return pn_state_loop(st);
}

/* --- the turn --- */

int
pn_dispatch_begin(PnState *st)
{
    struct pn_driver *d = &st->driver;
    unsigned generation = st->generation;
    while (d->holds > 0) {
        if (st->closed || d->stop || (d->hand_over > 0 && d->mode == PN_BACKGROUND))
            return 1;
        if (pn_driver_wait(st, 100) < 0)
            return -1;
        if (st->generation != generation)
            return 1;
    }
    d->dispatching = true;
    st->callback_thread = PyThreadState_Get();
    return 0;
}

void
pn_dispatch_end(PnState *st)
{
    st->driver.dispatching = false;
    st->callback_thread = NULL;
    pn_driver_notify_all(st);
}

int64_t
pn_driver_timeout(PnState *st, uint64_t now)
{
    if (st->ticks.count > 0 || st->immediates.count > 0)
        return 0;
    int64_t ns = pn_loop_timeout(st->loop, now);
    if (st->driver.looks_again && (ns < 0 || ns > LOOK_NS))
        ns = LOOK_NS;
    if (pn_signals_longest_wait() >= 0 && st->driver.mode == PN_FOREGROUND)
        ns = ns < 0 || ns > pn_signals_longest_wait() ? pn_signals_longest_wait() : ns;
    return st->retry_wakes && (ns < 0 || ns > RETRY_NS) ? RETRY_NS : ns;
}

/* All that waits looks again, and raises. Keeps the exception that is set. */
static void
wake_waiters(PnState *st)
{
    PyObject *error = pn_take_exception();
    PyObject *result = PyObject_CallNoArgs(pn_state_run(st, PN_RUN_wake_waiters));
    if (result == NULL)
        PyErr_WriteUnraisable(st->module);
    Py_XDECREF(result);
    pn_waiters_wake_all(st);
    pn_put_back_exception(error);
}

int
pn_raise_dead_loop(PnState *st)
{
    st->loop->dead = 1;
    pn_raise_net(
        st, "ERR_LOOP_DEAD",
        "The event loop is dead: one of its file descriptors was closed. Nothing more will be dispatched in this "
        "process.");
    wake_waiters(st);
    return -1;
}

void
pn_dispatch(PnState *st)
{
    unsigned generation = st->generation;
    unsigned scope = pn_callback_scope_open(st);
    pn_callback_scope_close(st, scope); /* runs the ticks that were queued outside a turn */
    if (st->generation != generation)
        return;
    if (st->driver.graceful)
        pn_close_gracefully(st);
    if (!st->loop->halted)
        pn_loop_turn(st->loop);
    if (st->generation == generation && st->driver.handlers_work && !st->loop->halted)
        pn_close_gracefully(st); /* the last handler may have returned: nothing else would end the next wait */
    pn_waiters_go_on(st);        /* after a fork there are none */
}

int
pn_driver_turn(PnState *st)
{
    struct pn_loop *loop = st->loop;
    unsigned generation = st->generation;
    uint64_t waited = pn_clock(), now = waited;
    pn_times_wait(&loop->times, waited);
    int64_t timeout = pn_driver_timeout(st, waited);
    int status = 0;
    loop->polling = timeout != 0;
    PyThreadState *ts = PyEval_SaveThread();
    if (timeout != 0) {
        status = pn_loop_wait(loop, timeout);
        now = pn_clock(); /* the wait for the GIL is part of the turn */
        pn_times_woke(&loop->times, now);
    }
    PyEval_RestoreThread(ts);
    if (st->generation != generation)
        return 0;
    pn_times_turn(&loop->times, waited, now);
    loop->polling = 0;
    loop->woken = 0;
    if (status != 0)
        return pn_raise_dead_loop(st);
    if (st->driver.mode == PN_FOREGROUND && PyErr_CheckSignals() < 0)
        return -1;
    if (st->generation != generation)
        return 0; /* a signal handler has forked, and this is the child */
    status = pn_dispatch_begin(st);
    if (status != 0)
        return status < 0 ? -1 : 0;
    pn_dispatch(st);
    if (st->generation != generation)
        return 0;
    pn_dispatch_end(st);
    return loop->dead ? pn_raise_dead_loop(st) : 0;
}

/* --- the background thread --- */

/* Makes this thread one of the module threading. A failure is reported: the loop needs its driver all the same. */
static PyObject *
enter_thread(PnState *st)
{
    PyObject *thread = PyObject_CallNoArgs(pn_state_run(st, PN_RUN_enter_thread));
    if (thread == NULL)
        PyErr_WriteUnraisable(st->module);
    Py_XSETREF(st->driver.thread_object, Py_XNewRef(thread));
    return thread;
}

static void
leave_thread(PnState *st, PyObject *thread)
{
    PyObject *result = thread ? PyObject_CallOneArg(pn_state_run(st, PN_RUN_leave_thread), thread) : Py_NewRef(Py_None);
    if (result == NULL)
        PyErr_WriteUnraisable(st->module);
    Py_XDECREF(result);
    Py_XDECREF(thread);
}

static void
background(void *arg)
{
    PyObject *module = arg; /* own */
    PyGILState_STATE gil = PyGILState_Ensure();
    PnState *st = pn_state_of_module(module);
    unsigned generation = st->generation;
    struct pn_own_thread own;
    pn_own_thread_begin(st, &own);
    PyObject *thread = enter_thread(st);
    PyObject *result = PyObject_CallMethod(module, "_drive", NULL);
    if (result == NULL)
        PyErr_WriteUnraisable(module);
    Py_XDECREF(result);
    if (st->generation == generation && st->driver.starting && st->driver.mode == PN_IDLE) {
        st->driver.starting = false; /* _drive() was not called */
        pn_driver_notify_all(st);
    }
    leave_thread(st, thread);
    pn_own_thread_end(st, &own);
    Py_DECREF(module);
    PyGILState_Release(gil);
}

/* The thread is made here and not by threading.Thread: gevent may have put a greenlet in its place, and the start of a
 * Thread waits for Python code of the new thread. It inherits the blocked signals, so that it takes none from the main
 * thread. */
static int
start_thread(PnState *st)
{
    pn_signal_mask old;
    PyObject *module = Py_NewRef(st->module);
    pn_signals_block_all(&old);
    unsigned long ident = PyThread_start_new_thread(background, module);
    pn_signals_restore(&old);
    if (ident != PYTHREAD_INVALID_THREAD_ID)
        return 0;
    Py_DECREF(module);
    PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
    return -1;
}

int
pn_start_driver(PnState *st)
{
    struct pn_driver *d = &st->driver;
    if (st->closed || d->hand_over > 0) /* the thread in run() will drive, and then start it again for waiters */
        return 0;
    if (pn_state_loop(st) == NULL)
        return -1;
    d->starting = true;
    if (start_thread(st) < 0) {
        d->starting = false;
        return -1;
    }
    /* So that the thread is listed when the call that needs it returns. */
    unsigned generation = st->generation;
    uint64_t deadline = uv_hrtime() + PN_START_NS;
    while (d->starting && st->generation == generation && uv_hrtime() < deadline)
        wait_without_gil(st, 50);
    return 0;
}

void
pn_driver_resume(PnState *st, bool always)
{
    if (!always && PySet_GET_SIZE(pn_state_run(st, PN_RUN_blocked)) == 0 &&
        PySet_GET_SIZE(pn_state_run(st, PN_RUN_pending)) == 0 && pn_links_empty(&st->waiters))
        return;
    PyObject *error = pn_take_exception();
    if (pn_driver_ensure(st) < 0) {
        PyErr_Clear();
        wake_waiters(st);
    }
    pn_put_back_exception(error);
}

int
pn_driver_needed(PnState *st, PyObject *loop)
{
    if (st->closed || (st->loop != NULL && st->loop->dead))
        return pn_state_loop(st) != NULL ? 0 : -1;
    if (st->loop == NULL)
        return 0;
    if (loop != NULL && pn_attached_to(st, loop)) /* check_host() would find nothing */
        return 0;
    return pn_check_host(st) < 0 ? -1 : pn_driver_ensure(st);
}

PyObject *
pn_need_driver(PyObject *module, PyObject *emitter)
{
    PnState *st = pn_state_of_module(module);
    bool plain = PyObject_TypeCheck(emitter, st->EventEmitter) && !PyObject_TypeCheck(emitter, st->Socket) &&
                 !PyObject_TypeCheck(emitter, st->Server);
    if (!st->closed && st->loop == NULL)
        Py_RETURN_NONE;
    if (plain && (st->closed || st->loop->dead)) /* any thread may emit an event of a plain emitter */
        Py_RETURN_NONE;
    if (pn_driver_needed(st, NULL) < 0)
        return NULL;
    Py_RETURN_NONE;
}

int
pn_check_host(PnState *st)
{
    if (st->driver.mode != PN_ATTACHED || (!st->driver.automatic && !pn_attached_here(st)))
        return 0;
    PyObject *result = PyObject_CallNoArgs(pn_state_run(st, PN_RUN_check_host));
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}

PyObject *
pn_driver_mode(PyObject *module, PyObject *unused)
{
    static const char *const names[] = {"idle", "background", "foreground", "attached"};
    (void)unused;
    const struct pn_driver *d = &pn_state_of_module(module)->driver;
    bool here = d->mode != PN_IDLE && d->thread == PyThread_get_thread_ident();
    return Py_BuildValue("sO", d->starting ? "background" : names[d->mode], here ? Py_True : Py_False);
}

static void
drive(PnState *st)
{
    struct pn_driver *d = &st->driver;
    unsigned generation = st->generation;
    while (!d->hand_over && !st->closed) {
        int status = pn_driver_turn(st);
        if (st->generation != generation)
            return;
        if (status < 0) {
            PyErr_WriteUnraisable(st->module);
            return;
        }
    }
}

PyObject *
pn_drive(PyObject *module, PyObject *unused)
{
    (void)unused;
    PnState *st = pn_state_of_module(module);
    struct pn_driver *d = &st->driver;
    if (!d->starting)
        Py_RETURN_NONE;
    d->starting = false;
    pn_driver_notify_all(st);
    if (d->mode != PN_IDLE || st->closed || st->loop == NULL)
        Py_RETURN_NONE;
    unsigned generation = st->generation;
    d->mode = PN_BACKGROUND;
    d->thread = PyThread_get_thread_ident();
    drive(st);
    if (st->generation == generation || st->closed) {
        d->mode = PN_IDLE;
        if (st->loop != NULL)
            pn_times_stop(&st->loop->times, uv_hrtime());
        pn_driver_notify_all(st);
    }
    Py_RETURN_NONE;
}
