/* uncaught.h - reports an exception that leaves a listener, and an `error` event without a listener. */
#ifndef PN_PY_LOOP_UNCAUGHT_H
#define PN_PY_LOOP_UNCAUGHT_H

#include "py/base/state.h"

/* Takes the exception that is set and reports it, depending on the driver's mode and the handler; see uncaught.c.
 * `emitter` (may be NULL) is the object whose listener or callback raised. `connection` (may be NULL) is the socket to
 * destroy instead of it (a server's `connection`). */
void pn_uncaught(PnState *st, PyObject *emitter, PyObject *connection);

/* Takes the exception that is set, of a function that reports: to sys.unraisablehook, with `where`. KeyboardInterrupt and
 * SystemExit are uncaught, so that Ctrl-C ends run(). */
void pn_unraisable(PnState *st, PyObject *where);

/* Adds a note to the exception that is set: it comes from `function`, a listener of `event`, or a callback if that is
 * NULL. Both NULL: from an `error` event without a listener. `emitter` may be NULL. */
void pn_note_where(PnState *st, PyObject *emitter, PyObject *event, PyObject *function);
/* Forgets which listener has raised: the exception that is set goes to a caller. */
void pn_forget_raised(PnState *st);

/* Warns of a server's connection that was lost to `error`, which has no listener; not if the user has set a handler.
 * Returns false if it did nothing. */
bool pn_report_lost(PnState *st, PyObject *connection, PyObject *error);

/* set_uncaught_handler(handler) */
PyObject *pn_set_uncaught_handler(PyObject *module, PyObject *handler);
extern const char pn_set_uncaught_handler_doc[];

#endif
