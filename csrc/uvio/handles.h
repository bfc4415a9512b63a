/* handles.h - all streams and listeners of a loop at once: for what keeps it alive, for the orderly close of run(), for
 * the exit, and for the child of a fork, which drops the parent's descriptors. */
#ifndef PN_UVIO_HANDLES_H
#define PN_UVIO_HANDLES_H

#include "uvio/loop.h"
#include "uvio/stream.h"

/* Returns whether `fd` is the descriptor of a stream or listener, or one of the loop itself. */
bool pn_handles_have_fd(struct pn_loop *loop, int fd);
/* Returns whether a referenced listener is open. */
bool pn_handles_are_serving(struct pn_loop *loop);
/* Calls f(owner, arg) for each listener that has an owner; `f` must not run user code. */
void pn_handles_each_listener(struct pn_loop *loop, void (*f)(void *owner, void *arg), void *arg);
/* Returns whether a referenced stream is paused, with something to come after a resume(). */
bool pn_handles_are_held(struct pn_loop *loop);

/* Calls visit(owner, work, held, arg) for each stream and listener. The owner may be NULL; `work` has PN_WORK_* bits, 0
 * if it does not keep the loop alive; `held` as above. It must not run user code. */
typedef void (*pn_work_visit)(void *owner, unsigned work, bool held, void *arg);
void pn_handles_each_work(struct pn_loop *loop, pn_work_visit visit, void *arg);

/* Returns whether a stream is open that a handler works on, and closes when it returns. */
bool pn_handles_are_handled(struct pn_loop *loop);
/* Closes listeners; ends streams after they have sent what is queued, but not those that handlers at work need. The
 * owners do it: see the events of both. */
void pn_handles_close_in_order(struct pn_loop *loop, bool handlers_work);

/* Closes listeners, destroys streams. Returns the number of streams that were open. */
size_t pn_handles_destroy(struct pn_loop *loop);

/* At exit: stops reading and accepting; then the owners close their handles without an event. */
void pn_handles_stop_input(struct pn_loop *loop);
bool pn_handles_have_unsent(struct pn_loop *loop);
/* The connections that would lose data if they were closed now, and the bytes that they would lose. */
struct pn_unsent {
    size_t connections;
    uint64_t bytes;
};
struct pn_unsent pn_handles_unsent(struct pn_loop *loop);
void pn_handles_abandon(struct pn_loop *loop);

/* In the child of a fork: replaces every descriptor of pynet by a placeholder and the backend by a fresh one, by
 * plain descriptor calls only, so that the child touches nothing that it shares with the parent. The loop is dead
 * afterwards. */
void pn_handles_after_fork(struct pn_loop *loop);

#endif
