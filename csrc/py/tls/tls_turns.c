/* tls_turns.c - the handshakes of servers take turns: each costs a few tenths of a millisecond, and open connections must
 * not wait for hundreds of new ones. A turn of the loop goes on with at most PN_TLS_HANDSHAKES_PER_TURN of them; the others
 * wait in their order for the next turns. */
#include "py/tls/tls.h"

#define OF_LINK(l) ((PnTLS *)(void *)((char *)(l) - offsetof(PnTLS, turn)))

/* One more handshake goes on in this turn, if there is room. */
static bool
takes_a_place(PnState *st)
{
    if (st->tls_turn != st->loop->turns) {
        st->tls_turn = st->loop->turns;
        st->tls_in_turn = 0;
    }
    if (st->tls_in_turn >= PN_TLS_HANDSHAKES_PER_TURN)
        return false;
    st->tls_in_turn++;
    return true;
}

static bool
arm(PnState *st)
{
    return pn_loop_arm(st->loop, &st->tls_next, uv_hrtime()) == 0;
}

PnTLS *
pn_tls_take_turn(PnState *st)
{
    if (pn_links_empty(&st->tls_waiting) || !takes_a_place(st))
        return NULL;
    PnTLS *t = OF_LINK(st->tls_waiting.next);
    pn_tls_leave_queue(t);
    return t;
}

void
pn_tls_next_turn(PnState *st)
{
    if (!pn_links_empty(&st->tls_waiting) && !arm(st))
        pn_tls_leave_queue(OF_LINK(st->tls_waiting.next)); /* no memory: its handshake_timeout ends it */
}

bool
pn_tls_may_go_on(PnTLS *t)
{
    PnState *st = t->st;
    if (t->established || t->then == NULL)
        return true;
    if (!pn_link_is_clear(&t->turn))
        return false;
    if (pn_links_empty(&st->tls_waiting) && takes_a_place(st))
        return true;
    if (pn_links_empty(&st->tls_waiting) && !arm(st))
        return true;
    pn_link_append(&st->tls_waiting, &t->turn);
    return false;
}

void
pn_tls_leave_queue(PnTLS *t)
{
    pn_link_remove(&t->turn);
}
