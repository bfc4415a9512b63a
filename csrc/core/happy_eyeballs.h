/* happy_eyeballs.h - which address to try next, and when: RFC 8305 §5 as a state machine.
 *
 * It knows no sockets: the caller starts, watches and closes the attempts, and tells what became of them. The clock is
 * the caller's, in whatever unit it counts. Plain values, nothing to free.
 *
 * Attempts start one after the other: when the newest one has failed, or when its time is up. Then a *race* lets it go
 * on beside the next one, and a serial run (Node's rule) gives it up. The last address has no time limit. */
#ifndef PN_CORE_HAPPY_EYEBALLS_H
#define PN_CORE_HAPPY_EYEBALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

#define PN_HAPPY_NEVER UINT64_MAX
#define PN_HAPPY_NONE  SIZE_MAX

struct pn_happy {
    size_t count;           /* addresses */
    size_t next;            /* the first that has not been started */
    size_t in_progress;     /* attempts under way */
    uint64_t attempt_delay; /* how long the newest attempt has for itself */
    uint64_t deadline;      /* when that is over; PN_HAPPY_NEVER */
    bool newest_flies;      /* the newest attempt is under way */
    bool race;
};

enum pn_happy_step {
    PN_HAPPY_WAIT,
    PN_HAPPY_START,   /* the next attempt is to begin: pn_happy_start() */
    PN_HAPPY_GIVE_UP, /* all have failed */
};

/* The order of the attempts: each address once, the first one's family leads, then the families alternate as long as
 * both last. `out` has room for `count`; gives how many it holds. */
size_t pn_happy_order(const struct pn_addr *found, size_t count, struct pn_addr *out);

void pn_happy_init(struct pn_happy *h, size_t count, uint64_t attempt_delay, bool race);
enum pn_happy_step pn_happy_step(const struct pn_happy *h);
/* The attempt that begins at `now`, after PN_HAPPY_START: its index. */
size_t pn_happy_start(struct pn_happy *h, uint64_t now);
/* An attempt under way has failed. */
void pn_happy_failed(struct pn_happy *h, size_t index);
/* The attempt whose time is up by `now`, told once, or PN_HAPPY_NONE. In a serial run it counts as failed. */
size_t pn_happy_time_up(struct pn_happy *h, uint64_t now);

#endif
