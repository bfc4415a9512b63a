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
    uint64_t last_wait;
    uint64_t wait_since;         /* 0: the loop does not wait, nor for the lock after a wait */
    _Atomic uint64_t turn_since; /* 0: no turn is under way. It begins before its thread has the lock */
    unsigned pauses;             /* how often the driver has left; may wrap */
};

static inline uint64_t
pn_times_since(uint64_t since, uint64_t now)
{
    return since != 0 && now > since ? now - since : 0;
}

static inline uint64_t
pn_times_turn_since(const struct pn_times *t)
{
    return atomic_load_explicit(&t->turn_since, memory_order_relaxed);
}

static inline void
pn_times_set_turn(struct pn_times *t, uint64_t since)
{
    atomic_store_explicit(&t->turn_since, since, memory_order_relaxed);
}

/* A turn is over, if one was under way: the wait begins. */
static inline void
pn_times_wait(struct pn_times *t, uint64_t now)
{
    uint64_t since = pn_times_turn_since(t);
    if (since != 0) {
        uint64_t lasted = now - since;
        t->active += lasted;
        if (lasted > t->longest)
            t->longest = lasted;
        pn_times_set_turn(t, 0);
    }
    t->wait_since = now;
}

/* The wait is over, and its thread does not have the lock yet: pn_times_turn() follows, with the same time. */
static inline void
pn_times_woke(struct pn_times *t, uint64_t now)
{
    pn_times_set_turn(t, now);
}

/* A turn begins: the wait began at `waited`, or at `now` if there was none. */
static inline void
pn_times_turn(struct pn_times *t, uint64_t waited, uint64_t now)
{
    t->wait_since = 0;
    pn_times_set_turn(t, now);
    t->last_wait = now - waited;
    t->idle += t->last_wait;
}

/* No thread drives the loop any more. */
static inline void
pn_times_stop(struct pn_times *t, uint64_t now)
{
    uint64_t waited = t->wait_since;
    pn_times_wait(t, now);
    t->wait_since = 0;
    if (waited != 0)
        t->idle += now - waited;
    t->pauses++;
}

/* The times until `now`, with the wait or the turn that is under way. */
static inline void
pn_times_look(const struct pn_times *t, uint64_t now, uint64_t *idle, uint64_t *active, uint64_t *longest)
{
    uint64_t since = pn_times_turn_since(t), turn = pn_times_since(since, now);
    *idle = t->idle + pn_times_since(t->wait_since, since != 0 ? since : now);
    *active = t->active + turn;
    *longest = turn > t->longest ? turn : t->longest;
}

#endif
