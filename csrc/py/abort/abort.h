/* abort.h - AbortSignal and AbortController, and the link by which a signal ends a socket, a server or a wait.
 *
 * The files of this folder:
 *   abort_controller_type.c  AbortController.abort()
 *   abort_signal_type.c      AbortSignal: its methods, and timeout(), any(), abort()
 *   abort_listeners.c        listeners and links of a signal; calls them in order when the signal is aborted
 *   abort_follow.c           any(): which signal keeps which alive
 *   signal_object.h          the layout of AbortSignal */
#ifndef PN_PY_ABORT_ABORT_H
#define PN_PY_ABORT_ABORT_H

#include "py/base/state.h"

/* A link from a signal to the object that it ends, embedded in that object, its owner. The owner visits `signal` in its tp_traverse, and
 * unlinks before it is freed. */
struct pn_abort_link {
    struct pn_abort_link *next, **link; /* in the signal's list, with its listeners; `link` NULL: not in it */
    PyObject *signal;                   /* own, until it is unlinked */
    /* Called once, on the thread that calls abort() or on which the timer fires, with the GIL held. The link is out of
     * the list by then (`signal` is NULL), and `reason` is the signal's. */
    void (*aborted)(struct pn_abort_link *l, PyObject *reason);
};

extern PyType_Spec pn_abort_signal_spec, pn_abort_controller_spec;

/* 0 when `obj` is an AbortSignal, else -1 with TypeError (ERR_INVALID_ARG_TYPE) that names the argument. */
int pn_check_abort_signal(PnState *st, PyObject *obj, const char *name);
/* The reason, borrowed; NULL while the signal has not been aborted. */
PyObject *pn_abort_reason(PyObject *signal);
/* Links to a signal that has not been aborted: `aborted` is called when it is. */
void pn_abort_attach(PyObject *signal, struct pn_abort_link *l);
/* `aborted` is not called any more; the signal stays owned until pn_abort_detach(). Runs no user code. */
void pn_abort_cut(struct pn_abort_link *l);
/* Cuts the link and releases the signal. No-op when it is not linked. */
void pn_abort_detach(struct pn_abort_link *l);
/* AbortError, ABORT_ERR, with the reason as `reason`, and as its __cause__ when it is an exception. New reference or
 * NULL. */
PyObject *pn_abort_error(PnState *st, PyObject *reason);

#endif
