/* embed.h - the loop in the loop of a host: one descriptor that the host watches instead of pn_loop_wait().
 *
 * It is readable when a turn has something to do: libuv's backend has events, another thread has written to the wake
 * pipe, or a timer is due. The thread that runs the turns calls all of this, with the loop's lock. */
#ifndef PN_UVIO_EMBED_H
#define PN_UVIO_EMBED_H

#include "uvio/loop.h"

/* Opens loop->embed.fd. Returns 0, or a status and opens nothing. */
int pn_embed_open(struct pn_loop *loop);
void pn_embed_close(struct pn_loop *loop);

/* A turn begins: writing to the wake pipe is not needed until pn_embed_rest(). */
void pn_embed_begin(struct pn_loop *loop);
/* A turn has ended: the descriptor becomes readable when there is something to do. `timeout_ns` is what
 * pn_loop_timeout() says. With 0 it is readable at once if `wake` is true. Returns 0, or a status when code outside
 * pynet has closed a descriptor: the loop is dead then. */
int pn_embed_rest(struct pn_loop *loop, int64_t timeout_ns, bool wake);

/* No turn can run now, though the host has called: the descriptor stays silent until pn_embed_begin(), except for what
 * is written to the wake pipe. */
void pn_embed_silence(struct pn_loop *loop);
/* The loop is dead: the descriptor stays open, since the host may still watch it, and is never readable again. */
void pn_embed_mute(struct pn_loop *loop);

#endif
