/* driver.h - who drives the loop: a background thread, or the thread that called run().
 *
 * The GIL is the loop's lock. The driver gives it up for the wait only; any other thread may call any method in
 * between and wakes the driver when that changes what it waits for. */
#ifndef PN_PY_LOOP_DRIVER_H
#define PN_PY_LOOP_DRIVER_H

#include "py/base/state.h"

/* The loop, opened when first needed; NULL with ERR_LOOP_CLOSED, ERR_LOOP_DEAD or MemoryError raised. */
struct pn_loop *pn_state_loop(PnState *st);

int pn_driver_init(PnState *st);
void pn_driver_clear(PnState *st);

/* To be called by every method that gave the loop something to do: starts the background thread when nobody drives.
 * 0, or -1 with the exception of a thread that could not be started. */
int pn_start_driver(PnState *st);
static inline int
pn_driver_ensure(PnState *st)
{
    if (st->driver.mode != PN_IDLE || st->driver.starting)
        return 0;
    return pn_start_driver(st);
}

/* One turn by the calling thread, which is the driver. -1 with an exception set: a signal handler raised (only in the
 * foreground), or the loop died. */
int pn_driver_turn(PnState *st);
/* Begins and ends what the driver dispatches: turn() blocks are waited for, others learn of the end. 0; 1 when nothing is
 * to be dispatched (the driver is to leave); -1 when a signal handler raised. */
int pn_dispatch_begin(PnState *st);
void pn_dispatch_end(PnState *st);

/* Waits without the GIL for a change in the driver, at most `ms`. -1 when a signal handler raised. */
int pn_driver_wait(PnState *st, unsigned ms);
void pn_driver_notify_all(PnState *st);

/* This thread is inside a turn() block. */
bool pn_in_turn(const PnState *st);

/* --- run.c --- */
PyObject *pn_run(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
PyObject *pn_stop(PyObject *module, PyObject *unused);
PyObject *pn_on_signal(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
extern const char pn_run_doc[], pn_stop_doc[];

/* --- turn.c --- */
extern PyType_Spec pn_turn_spec;
PyObject *pn_turn(PyObject *module, PyObject *unused);
extern const char pn_turn_doc[];

/* --- exit.c --- */
PyObject *pn_at_exit(PyObject *module, PyObject *unused);
PyObject *pn_after_fork(PyObject *module, PyObject *unused);

/* --- driver.c --- */
/* The target of the background thread. */
PyObject *pn_drive(PyObject *module, PyObject *unused);

#endif
