/* timer_types.h - set_timeout(), set_interval(), set_immediate() and their types Timeout and Immediate. */
#ifndef PN_PY_LOOP_TIMER_TYPES_H
#define PN_PY_LOOP_TIMER_TYPES_H

#include "py/base/state.h"

extern PyType_Spec pn_timeout_spec;
extern PyType_Spec pn_immediate_spec;

PyObject *pn_set_timeout(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_set_interval(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_clear_timeout(PyObject *module, PyObject *timer);
PyObject *pn_set_immediate(PyObject *module, PyObject *const *args, Py_ssize_t nargs);
PyObject *pn_clear_immediate(PyObject *module, PyObject *immediate);
extern const char pn_set_timeout_doc[], pn_set_interval_doc[], pn_clear_timeout_doc[], pn_set_immediate_doc[],
    pn_clear_immediate_doc[];

/* --- delay_type.c --- */
extern PyType_Spec pn_delay_spec;
PyObject *pn_monitor_event_loop_delay(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames);
extern const char pn_monitor_event_loop_delay_doc[];

/* Runs the immediates that are queued now; the loop calls it in its check phase. */
void pn_immediates_run(struct pn_loop *loop);

/* Call visit() for each armed Timeout and each waiting Immediate that keeps run() going. `callback` may be NULL, `left` is
 * in nanoseconds. It must not run user code. */
typedef void (*pn_timer_visit)(PyObject *timer, PyObject *callback, uint64_t left, void *arg);
void pn_timeouts_each_referenced(PnState *st, pn_timer_visit visit, void *arg);
void pn_immediates_each_referenced(PnState *st, pn_timer_visit visit, void *arg);

/* Converts milliseconds to nanoseconds. A value out of range counts as 1 ms; a value that is too big also warns, and -1
 * is returned when the warning raised. */
int pn_timer_delay(PnState *st, double ms, uint64_t *out);

#endif
