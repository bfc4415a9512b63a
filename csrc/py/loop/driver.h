/* driver.h - which thread drives the loop: a background thread, the thread that called run(), or that of a host's loop.
 *
 * The GIL is the loop's lock. The driver releases it only for the wait. Meanwhile another thread may call any method,
 * and wakes the driver when the call changes what the driver waits for.
 *
 * The files of this folder:
 *   driver.c          opens the loop, starts the background thread, runs one turn
 *   work_left.c       whether run() goes on
 *   workers.c         how many worker processes run() waits for
 *   run.c             run(), stop(); makes Ctrl-C end the wait; SIGINT and SIGTERM close in order
 *   graceful.c        what run(signals=True) does after the first signal
 *   drive_type.c      embed(): the loop of a host, such as asyncio's, runs the turns
 *   turn.c            `with turn():`, in which nothing is dispatched
 *   exit.c            the interpreter's exit closes everything; the child of a fork drops the parent's loop
 *   may_wait.c        refuses a wait on the thread that the event would come from
 *   waiter.c          threads and asyncio tasks that wait, and how they are woken
 *   tick.c            calls from the loop into Python, and the tick queue that runs after them
 *   next_tick.c       next_tick()
 *   uncaught.c        exceptions that leave a listener; set_uncaught_handler()
 *   timeout_type.c    pynet.set_timeout(), set_interval() (sock.set_timeout() is in stream/idle.c)
 *   immediate_type.c  set_immediate(); timer_types.h: the functions of both
 *   diagnostics.c     publishes on the channels of pynet.diagnostics
 *   slow.c            set_slow_listener()
 *   delay_type.c      monitor_event_loop_delay()
 *   hooks.h           the functions of higher folders that the loop calls */
#ifndef PN_PY_LOOP_DRIVER_H
#define PN_PY_LOOP_DRIVER_H

#include "py/base/state.h"

/* How long to wait for a background thread that was started. It may never come: CPython 3.15 stops for ever a thread whose
 * state it cannot allocate. */
#define PN_START_NS ((uint64_t)1000000000)

/* The loop, opened at its first use; NULL with ERR_LOOP_CLOSED, ERR_LOOP_DEAD or MemoryError raised. */
struct pn_loop *pn_state_loop(PnState *st);

int pn_driver_init(PnState *st);
void pn_driver_clear(PnState *st);

/* Every method that gives the loop work calls this: it starts the background thread unless a thread drives the loop.
 * 0, or -1 with the exception of a thread that could not be started. */
int pn_start_driver(PnState *st);
static inline int
pn_driver_ensure(PnState *st)
{
    if (st->driver.mode != PN_IDLE || st->driver.starting)
        return 0;
    return pn_start_driver(st);
}
/* run() does not drive any more: starts the background thread when other threads wait for events, or `always`. If that
 * fails, their waits raise. Keeps the exception that is set. */
void pn_driver_resume(PnState *st, bool always);
/* Something waits for the loop: starts the driver. 0, or -1 with an exception when nothing can come. `loop` is the running
 * asyncio loop, of a task that waits, or NULL. */
int pn_driver_needed(PnState *st, PyObject *loop);
/* _need_driver(emitter): what waits for events of `emitter` calls it again and again. Raises when none can come. */
PyObject *pn_need_driver(PyObject *module, PyObject *emitter);
/* A wait begins while pynet is attached to a host: see check_host() in pynet/_run.py. 0, or -1 with an exception. */
int pn_check_host(PnState *st);
/* _driver(): who drives, "idle", "background", "foreground" or "attached", and whether it is this thread. */
PyObject *pn_driver_mode(PyObject *module, PyObject *unused);

/* Runs one turn on the calling thread, which is the driver. -1 with an exception set: a signal handler raised (only in
 * the foreground), or the loop died. */
int pn_driver_turn(PnState *st);
/* The driver dispatches between these two. The first waits until no turn() block is open; the second notifies the
 * threads that wait for the end. 0; 1 when nothing is to be dispatched (the driver must leave); -1 when a signal
 * handler raised. */
int pn_dispatch_begin(PnState *st);
void pn_dispatch_end(PnState *st);

/* The part of a turn between pn_dispatch_begin() and pn_dispatch_end(). */
void pn_dispatch(PnState *st);
/* How long the wait before the next turn may last, as pn_loop_timeout(). */
int64_t pn_driver_timeout(PnState *st, uint64_t now);
/* The loop is dead. Wakes all that waits, raises; returns -1. */
int pn_raise_dead_loop(PnState *st);

/* Waits without the GIL until pn_driver_notify_all(), at most `ms`. -1 when a signal handler raised. */
int pn_driver_wait(PnState *st, unsigned ms);
void pn_driver_notify_all(PnState *st);

/* True when this thread is inside a turn() block. */
bool pn_in_turn(const PnState *st);

/* --- workers.c --- */
/* _set_workers(n): so many processes of the cluster have not ended. */
PyObject *pn_set_workers(PyObject *module, PyObject *count);

/* --- work_left.c --- */

/* run(signals=True) closes everything: all that is open counts, worker processes and ticks, and nothing else. */
static inline bool
pn_closes_all(const PnState *st)
{
    return st->driver.graceful && st->driver.graceful_done;
}
/* Something is left to do, whatever other threads do. */
static inline bool
pn_is_busy(PnState *st)
{
    if (pn_closes_all(st))
        return st->loop->counts.streams > 0 || st->loop->counts.listeners > 0 || st->ticks.count > 0 || st->workers > 0;
    return st->ticks.count > 0 || st->workers > 0 || st->immediates_referenced > 0 || st->deferred_errors != NULL ||
           pn_loop_alive(st->loop);
}
/* Otherwise. 1: run() goes on all the same, since another thread may resume a socket; 0: nothing is left to do; -1 with an
 * exception: a signal handler raised. May run user code. */
int pn_look_for_work(PnState *st);
/* The names of the threads that may resume a socket, in a new list: all of Python but the driver, which is the calling
 * thread when no thread is in run(), and pynet's own. NULL with an exception. */
PyObject *pn_other_threads(PnState *st);
/* The calling thread is one of pynet's own, until the second call. */
void pn_own_thread_begin(PnState *st, struct pn_own_thread *own);
void pn_own_thread_end(PnState *st, struct pn_own_thread *own);

/* --- may_wait.c --- */
/* 0, or -1 with RuntimeError when `what` would wait for ever: this is the thread that the event comes from. `awaits`: in
 * a task, which does not block the loop of the host that pynet is attached to; else this thread blocks. */
int pn_check_may_wait(PnState *st, const char *what, bool awaits);

/* --- run.c --- */

/* Waits until the background thread has left, and claims its place for the calling thread. If another thread was
 * faster, calls `check`, which raises. 0, or -1 with an exception. */
int pn_take_over(PnState *st, enum pn_mode mode, int (*check)(PnState *st, PyObject *arg), PyObject *arg);
/* What run() needs to return: nothing referenced is left to do. _anything_left() */
PyObject *pn_anything_left(PyObject *module, PyObject *unused);
PyObject *pn_run(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_stop(PyObject *module, PyObject *unused);
PyObject *pn_on_signal(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
extern const char pn_run_doc[], pn_stop_doc[];

/* --- graceful.c --- */

/* The first SIGINT or SIGTERM of run(signals=True): the grace begins. */
void pn_graceful_begin(PnState *st);
/* A turn after that. Closes in order what has been opened since the last call. */
void pn_close_gracefully(PnState *st);
/* run() is left, or begins. */
void pn_graceful_reset(PnState *st);

/* --- drive_type.c --- */
extern PyType_Spec pn_drive_spec;
PyObject *pn_embed(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
extern const char pn_embed_doc[];
/* _attached(): the Drive by which a host runs the loop, or None. _attached_to(loop): pn_attached_to() */
PyObject *pn_attached(PyObject *module, PyObject *unused);
PyObject *pn_is_attached_to(PyObject *module, PyObject *loop);
/* Detaches: no thread drives any more. Runs no user code. */
void pn_drive_cut(PnState *st);

/* True when pynet is attached to this loop of asyncio on the calling thread: futures of `loop` may be completed
 * directly, without call_soon_threadsafe(). */
static inline bool
pn_attached_to(const PnState *st, const PyObject *loop)
{
    const struct pn_driver *d = &st->driver;
    return d->mode == PN_ATTACHED && d->host == loop && d->thread == PyThread_get_thread_ident();
}

/* True when a host runs the loop on the calling thread. */
static inline bool
pn_attached_here(const PnState *st)
{
    return st->driver.mode == PN_ATTACHED && st->driver.thread == PyThread_get_thread_ident();
}

/* --- turn.c --- */
extern PyType_Spec pn_turn_spec;
PyObject *pn_turn(PyObject *module, PyObject *unused);
extern const char pn_turn_doc[];

/* --- exit.c --- */
PyObject *pn_at_exit(PyObject *module, PyObject *unused);
PyObject *pn_after_fork(PyObject *module, PyObject *unused);

/* --- driver.c --- */
/* _drive(): drives the loop on the background thread, which calls it. */
PyObject *pn_drive(PyObject *module, PyObject *unused);

#endif
