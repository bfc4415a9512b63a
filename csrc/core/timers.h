/* timers.h - a heap of absolute deadlines, for every timer of the loop: set_timeout(), sock.timeout, attempt delays. Of
 * equal deadlines the one armed first comes first.
 *
 * The heap borrows its timers: each is embedded in its owner, which disarms it before it is freed. The caller
 * chooses the clock (tests use a fake one) and its unit, nanoseconds in pynet. */
#ifndef PN_CORE_TIMERS_H
#define PN_CORE_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PN_TIMER_IDLE SIZE_MAX

struct pn_timer {
    uint64_t deadline;
    uint64_t seq; /* order of arming, for equal deadlines */
    size_t index; /* index in the heap; PN_TIMER_IDLE: not armed */
};

struct pn_timers {
    struct pn_timer **heap; /* own the array, borrow the timers */
    size_t count;
    size_t capacity;
    uint64_t next_seq;
};

void pn_timers_init(struct pn_timers *h);
/* Frees the array. Timers that are still armed stay unchanged and must not be disarmed any more. */
void pn_timers_clear(struct pn_timers *h);

void pn_timer_init(struct pn_timer *t);
bool pn_timer_armed(const struct pn_timer *t);

/* Arms `t`, or moves it if it is armed already. Returns 0, or -1 when out of memory (`t` is then not armed). */
int pn_timers_arm(struct pn_timers *h, struct pn_timer *t, uint64_t deadline);
/* Does nothing if `t` is not armed. */
void pn_timers_disarm(struct pn_timers *h, struct pn_timer *t);

/* Returns the timer with the earliest deadline, or NULL. */
struct pn_timer *pn_timers_first(const struct pn_timers *h);
/* Returns how long to wait at `now` for the first timer: 0 if it is due, -1 if there is none, and at most `most`. */
int64_t pn_timers_wait(const struct pn_timers *h, uint64_t now, int64_t most);
/* Returns the deadline that is `delay` (not negative, may be infinite) after `now`; UINT64_MAX if it is beyond the
 * range of the clock. */
uint64_t pn_timers_deadline(uint64_t now, double delay);
/* Removes and returns the first timer if its deadline is at or before `now`; NULL if none is due. */
struct pn_timer *pn_timers_pop_due(struct pn_timers *h, uint64_t now);

#endif
