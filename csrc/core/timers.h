/* timers.h - a heap of absolute deadlines; ties go to the one armed first.
 *
 * The heap borrows its timers: each is embedded in its owner, who disarms it before it goes away. The clock is
 * the caller's (tests use a fake one); the unit is whatever the caller counts in, nanoseconds in pynet. */
#ifndef PN_CORE_TIMERS_H
#define PN_CORE_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PN_TIMER_IDLE SIZE_MAX

struct pn_timer {
    uint64_t deadline;
    uint64_t seq; /* order of arming, for equal deadlines */
    size_t index; /* place in the heap, PN_TIMER_IDLE when not armed */
};

struct pn_timers {
    struct pn_timer **heap; /* own the array, borrow the timers */
    size_t count;
    size_t capacity;
    uint64_t next_seq;
};

void pn_timers_init(struct pn_timers *h);
/* Frees the array; timers still armed are left as they are and must not be disarmed any more. */
void pn_timers_clear(struct pn_timers *h);

void pn_timer_init(struct pn_timer *t);
bool pn_timer_armed(const struct pn_timer *t);

/* Arms `t`, or moves it when it is armed already. 0, or -1 when out of memory (`t` is then not armed). */
int pn_timers_arm(struct pn_timers *h, struct pn_timer *t, uint64_t deadline);
/* No-op when `t` is not armed. */
void pn_timers_disarm(struct pn_timers *h, struct pn_timer *t);

/* The next timer to fall due, or NULL. */
struct pn_timer *pn_timers_first(const struct pn_timers *h);
/* How long to wait at `now` for the first timer: 0 when it is due, -1 when there is none, and never more than `most`. */
int64_t pn_timers_wait(const struct pn_timers *h, uint64_t now, int64_t most);
/* The deadline that is `delay` (not negative, may be infinite) after `now`; UINT64_MAX when the clock does not reach so
 * far. */
uint64_t pn_timers_deadline(uint64_t now, double delay);
/* Takes the first timer out when its deadline is at or before `now`; NULL when none is due. */
struct pn_timer *pn_timers_pop_due(struct pn_timers *h, uint64_t now);

#endif
