/* uncaught.h - what becomes of an exception that leaves a listener, and of an error nobody listens to. */
#ifndef PN_PY_LOOP_UNCAUGHT_H
#define PN_PY_LOOP_UNCAUGHT_H

#include "py/base/state.h"

/* Takes the exception that is set and does what the mode and the handler say. `emitter` (may be NULL) is whose listener
 * or callback raised; `connection` the socket to destroy if that is another one (a server's `connection`). */
void pn_uncaught(PnState *st, PyObject *emitter, PyObject *connection);

/* set_uncaught_handler(handler) */
PyObject *pn_set_uncaught_handler(PyObject *module, PyObject *handler);
extern const char pn_set_uncaught_handler_doc[];

#endif
