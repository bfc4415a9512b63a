/* hooks.h - the functions of higher folders that the loop calls: flushing gathered writes, destroying a connection
 * whose listener raised, cleaning up at exit and after fork.
 *
 * The loop never names a socket or a server. It calls these instead. */
#ifndef PN_PY_LOOP_HOOKS_H
#define PN_PY_LOOP_HOOKS_H

#include "py/base/state.h"

/* st->hooks, one table for the process. */
struct pn_hooks {
    /* An outermost call or a tick has ended, and st->flush is not NULL: sends the gathered writes to the kernel. */
    void (*flush)(PnState *st);
    /* A listener of `emitter` (may be NULL) raised: destroys the emitter if it is a connection. */
    void (*destroy_concerned)(PnState *st, PyObject *emitter);
    /* The interpreter exits, and listeners still run: reports deferred errors as uncaught. */
    void (*before_exit)(PnState *st);
    /* The interpreter exits: where a socket is still connecting to, as a new str; NULL, also without an exception, if
     * none is. */
    PyObject *(*still_connecting)(PnState *st);
    /* run() closes in order: closes the servers whose listen() is under way, and that have no listener yet. */
    void (*close_pending_listens)(PnState *st);
    /* A connection that its server has counted has been destroyed. */
    void (*connection_gone)(PyObject *socket);
};

/* Embedded in an object that owns a descriptor outside the loop's streams and listeners. */
struct pn_cleanup {
    struct pn_cleanup *next, *prev;           /* in st->cleanups */
    void (*at_exit)(struct pn_cleanup *c);    /* closes it, and removes `c` */
    void (*after_fork)(struct pn_cleanup *c); /* in the child: the descriptor is the parent's */
};

void pn_cleanup_add(PnState *st, struct pn_cleanup *c);
void pn_cleanup_remove(PnState *st, struct pn_cleanup *c);

#endif
