/* times.h - what the loop does with its time: how long it has waited, how long its turns have lasted.
 *
 * All times are nanoseconds of one monotonic clock, which the caller reads: two reads for a turn that waits, one for
 * another. What happens while no thread drives the loop counts for neither. */
#ifndef PN_CORE_TIMES_H
#define PN_CORE_TIMES_H

#include <stdatomic.h>
#include <stdint.h>

struct pn_times {
    uint64_t idle, active, longest; /* of waits and turns that are over; the longest turn */
    uint64_t wait_since;            /* 0: the loop does not wait */
    uint64_t turn_since;            /* 0: no turn is under way */
    _Atomic uint64_t woke;          /* the wait is over, and its thread does not have the lock yet; 0: not so */
    unsigned pauses;                /* how often the driver has left; may wrap */
};

static inline uint64_t
pn_times_since(uint64_t since, uint64_t now)
{
    return since != 0 && now > since ? now - since : 0;
}

static inline void
pn_times_end_turn(struct pn_times *t, uint64_t now)
{
    uint64_t lasted = pn_times_since(t->turn_since, now);
    t->active += lasted;
    if (lasted > t->longest)
        t->longest = lasted;
    t->turn_since = 0;
}

/* A turn is over, if one was under way: the wait begins. */
static inline void
pn_times_wait(struct pn_times *t, uint64_t now)
{
    pn_times_end_turn(t, now);
    t->wait_since = now;
}

/* The wait has ended at `now`, and a turn has begun then. */
static inline void
pn_times_turn(struct pn_times *t, uint64_t now)
{
    t->idle += pn_times_since(t->wait_since, now);
    t->wait_since = 0;
    t->turn_since = now;
    atomic_store_explicit(&t->woke, 0, memory_order_relaxed);
}

/* No thread drives the loop any more. */
static inline void
pn_times_stop(struct pn_times *t, uint64_t now)
{
    pn_times_end_turn(t, now);
    t->idle += pn_times_since(t->wait_since, now);
    t->wait_since = 0;
    t->pauses++;
}

/* The times until `now`, with the wait or the turn that is under way. */
static inline void
pn_times_look(struct pn_times *t, uint64_t now, uint64_t *idle, uint64_t *active, uint64_t *longest)
{
    uint64_t woke = t->wait_since != 0 ? atomic_load_explicit(&t->woke, memory_order_relaxed) : 0;
    uint64_t turn = pn_times_since(woke != 0 ? woke : t->turn_since, now);
    *idle = t->idle + pn_times_since(t->wait_since, woke != 0 ? woke : now);
    *active = t->active + turn;
    *longest = turn > t->longest ? turn : t->longest;
}

#endif
