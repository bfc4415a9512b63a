/* rewake.h - wakes all waits of threads and tasks once more, when an internal listener has failed to. */
#ifndef PN_PY_EVENTS_REWAKE_H
#define PN_PY_EVENTS_REWAKE_H

#include "py/base/state.h"

/* Called before a wait adds its listeners: allocates the memory that the other function needs. 0, or -1 with an exception. */
int pn_rewake_prepare(PnState *st);
/* An internal listener has raised, as without memory: a timer wakes all waits, until that succeeds. Does not touch the
 * exception that is set. */
void pn_rewake_soon(PnState *st);
/* That timer is armed. */
bool pn_rewake_is_due(const PnState *st);
/* The module is being freed. */
void pn_rewake_free(PnState *st);

#endif
