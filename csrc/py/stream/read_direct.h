/* read_direct.h - a thread that waits to read from a socket reads it itself, without the loop. */
#ifndef PN_PY_STREAM_READ_DIRECT_H
#define PN_PY_STREAM_READ_DIRECT_H

#include "py/events/awaitable.h"
#include "py/stream/duplex_object.h"

/* Whether threads read the socket: the loop does not watch it. */
static inline bool
pn_read_direct_on(const PnDuplex *s)
{
    return s->r != NULL && !pn_link_is_clear(&s->r->direct);
}

/* The call is about to join those that wait: it will read the socket itself if it can, else the loop does. */
void pn_read_direct_join(PnCall *c);
/* A member of struct pn_call_ops. */
int pn_read_direct_get(PnCall *c, int *fd);
/* The call has left those that wait. */
void pn_read_direct_left(PnDuplex *s);

/* The loop reads again. */
void pn_read_direct_end_slow(PnDuplex *s);
static inline void
pn_read_direct_end(PnDuplex *s)
{
    if (pn_read_direct_on(s))
        pn_read_direct_end_slow(s);
}
/* A listener was added: the loop reads again if the listener may hear of what is read. */
void pn_read_direct_heard(PnDuplex *s);
/* The handle is gone, or another connection begins. */
static inline void
pn_read_direct_forget(PnDuplex *s)
{
    if (!pn_read_direct_on(s))
        return;
    if (s->em.generation != s->em.st->generation) { /* the list is the parent's, or the loop is gone */
        pn_link_clear(&s->r->direct);
        return;
    }
    pn_link_remove(&s->r->direct);
    if (s->io != NULL)
        pn_stream_direct_forget(s->em.st->loop, s->io);
}

void pn_read_direct_init(PnState *st);

#endif
