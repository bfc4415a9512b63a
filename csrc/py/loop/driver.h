/* driver.h - which thread drives the loop: a background thread, or the thread that called run().
 *
 * The GIL is the loop's lock. The driver releases it only for the wait. Meanwhile another thread may call any method,
 * and wakes the driver when the call changes what the driver waits for.
 *
 * The files of this folder:
 *   driver.c          opens the loop, starts the background thread, runs one turn
 *   run.c             run(), stop(); makes Ctrl-C end the wait; SIGINT and SIGTERM close in order
 *   graceful.c        what run(signals=True) does after the first signal
 *   turn.c            `with turn():`, in which nothing is dispatched
 *   exit.c            the interpreter's exit closes everything; the child of a fork drops the parent's loop
 *   may_wait.c        refuses a wait on the thread that the event would come from
 *   waiter.c          threads and asyncio tasks that wait, and how they are woken
 *   tick.c            calls from the loop into Python, and the tick queue that runs after them
 *   next_tick.c       next_tick()
 *   uncaught.c        exceptions that leave a listener; set_uncaught_handler()
 *   timeout_type.c    pynet.set_timeout(), set_interval() (sock.set_timeout() is in stream/idle.c)
 *   immediate_type.c  set_immediate(); timer_types.h: the functions of both
 *   hooks.h           the functions of higher folders that the loop calls */
#ifndef PN_PY_LOOP_DRIVER_H
#define PN_PY_LOOP_DRIVER_H

#include "py/base/state.h"

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
/* Something waits for the loop: starts the driver. 0, or -1 with an exception when nothing can come. */
int pn_driver_needed(PnState *st);
/* _need_driver(emitter): what waits for events of `emitter` calls it again and again. Raises when none can come. */
PyObject *pn_need_driver(PyObject *module, PyObject *emitter);

/* Runs one turn on the calling thread, which is the driver. -1 with an exception set: a signal handler raised (only in
 * the foreground), or the loop died. */
int pn_driver_turn(PnState *st);
/* The driver dispatches between these two. The first waits until no turn() block is open; the second notifies the
 * threads that wait for the end. 0; 1 when nothing is to be dispatched (the driver must leave); -1 when a signal
 * handler raised. */
int pn_dispatch_begin(PnState *st);
void pn_dispatch_end(PnState *st);

/* Waits without the GIL until pn_driver_notify_all(), at most `ms`. -1 when a signal handler raised. */
int pn_driver_wait(PnState *st, unsigned ms);
void pn_driver_notify_all(PnState *st);

/* True when this thread is inside a turn() block. */
bool pn_in_turn(const PnState *st);

/* --- may_wait.c --- */
/* 0, or -1 with RuntimeError when `what` would wait for ever: this is the thread that the event comes from. `loop` is
 * the asyncio loop of a task that waits; NULL: a thread waits. */
int pn_check_may_wait(PnState *st, const char *what, PyObject *loop);

/* --- run.c --- */
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
