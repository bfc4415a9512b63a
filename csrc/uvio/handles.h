/* handles.h - every stream and listener of a loop at once: closing in order, exit. Their owners do it, by their events. */
#ifndef PN_UVIO_HANDLES_H
#define PN_UVIO_HANDLES_H

#include "loop.h"

/* Listeners close; streams send what is queued, and end. */
void pn_loop_close_in_order(struct pn_loop *loop);
/* At exit: nothing more is read or accepted; the owners let go of their handles. */
void pn_loop_stop_input(struct pn_loop *loop);
void pn_loop_abandon_all(struct pn_loop *loop);
bool pn_loop_has_unsent(struct pn_loop *loop);
/* A referenced listener is open. */
bool pn_loop_is_serving(struct pn_loop *loop);

#endif
