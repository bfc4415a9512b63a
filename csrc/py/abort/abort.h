/* abort.h - the AbortSignal type, and how sockets, servers and waits are told that they are aborted. */
#ifndef PN_PY_ABORT_ABORT_H
#define PN_PY_ABORT_ABORT_H

#include "py/base/state.h"

/* Something that a signal ends, embedded in its owner. The owner visits `signal` in its traverse, and unlinks before it
 * goes away. */
struct pn_abort_link {
    struct pn_abort_link *next, **link; /* in the signal's list, with its listeners; `link` NULL: not in it */
    PyObject *signal;                   /* own, until it is unlinked */
    /* Called once, where abort() was called or the timer fired, with the GIL held; the link is out of the list by then
     * (`signal` is NULL) and `reason` is the signal's. */
    void (*aborted)(struct pn_abort_link *l, PyObject *reason);
};

extern PyType_Spec pn_abort_signal_spec, pn_abort_controller_spec;

/* An AbortSignal: 0, or -1 with TypeError (ERR_INVALID_ARG_TYPE) that names the argument. */
int pn_check_abort_signal(PnState *st, PyObject *obj, const char *name);
/* The reason, borrowed; NULL while it has not been aborted. */
PyObject *pn_abort_reason(PyObject *signal);
/* The signal has not been aborted: `aborted` will be called when it is. */
void pn_abort_link(PyObject *signal, struct pn_abort_link *l);
/* It is not called any more; the signal stays owned until pn_abort_unlink(). Runs no code of the user's. */
void pn_abort_cut(struct pn_abort_link *l);
/* No-op when it is not linked. */
void pn_abort_unlink(struct pn_abort_link *l);
/* AbortError, ABORT_ERR, with the reason as `reason`, and as its __cause__ when it is an exception. New reference or
 * NULL. */
PyObject *pn_abort_error(PnState *st, PyObject *reason);

#endif
