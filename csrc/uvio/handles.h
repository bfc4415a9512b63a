/* handles.h - all streams and listeners of a loop at once: for run()'s orderly close, for the exit, for a forked child. */
#ifndef PN_UVIO_HANDLES_H
#define PN_UVIO_HANDLES_H

#include "uvio/loop.h"
#include "uvio/stream.h"

/* Calls `visit` for each open stream, in the order in which they were opened. It must close nothing. */
void pn_handles_each_stream(struct pn_loop *loop, void (*visit)(struct pn_stream *s, void *arg), void *arg);
/* `fd` is the descriptor of a stream or listener, or one of the loop's own. */
bool pn_handles_have_fd(struct pn_loop *loop, int fd);
/* A referenced listener is open. */
bool pn_handles_are_serving(struct pn_loop *loop);

/* Listeners close; streams send what is queued, and end. Their owners do it: see the events of both. */
void pn_handles_close_in_order(struct pn_loop *loop);

/* At exit: nothing more is read or accepted; then the owners close their handles without an event. */
void pn_handles_stop_input(struct pn_loop *loop);
bool pn_handles_have_unsent(struct pn_loop *loop);
void pn_handles_abandon(struct pn_loop *loop);

/* In the child of a fork: by plain descriptor calls only, every descriptor of ours gets a dead placeholder and the
 * backend a fresh one, so that the child touches nothing of the parent's. The loop is dead from then on. */
void pn_handles_after_fork(struct pn_loop *loop);

#endif
