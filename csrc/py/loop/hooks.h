/* hooks.h - what the loop asks of the folders above it: functions that the module sets, and objects that clean up.
 *
 * The loop never names a socket or a server. It calls these instead. */
#ifndef PN_PY_LOOP_HOOKS_H
#define PN_PY_LOOP_HOOKS_H

#include "py/base/state.h"

/* st->hooks, one table for the process. */
struct pn_hooks {
    /* An outermost call or a tick has ended and st->flush is not NULL: the gathered writes go to the kernel. */
    void (*flush)(PnState *st);
    /* A listener of `emitter` (may be NULL) raised: if that is a connection, it is destroyed. */
    void (*destroy_concerned)(PnState *st, PyObject *emitter);
    /* The interpreter exits, and listeners may still run: errors that wait for a listener are uncaught now. */
    void (*before_exit)(PnState *st);
    /* A connection that its server has counted is destroyed. */
    void (*connection_gone)(PyObject *socket);
};

/* An object with a descriptor that no stream and no listener has, embedded in its owner. */
struct pn_cleanup {
    struct pn_cleanup *next, *prev;           /* in st->cleanups */
    void (*at_exit)(struct pn_cleanup *c);    /* closes it, and removes `c` */
    void (*after_fork)(struct pn_cleanup *c); /* in the child: the descriptor is the parent's */
};

void pn_cleanup_add(PnState *st, struct pn_cleanup *c);
void pn_cleanup_remove(PnState *st, struct pn_cleanup *c);

#endif
