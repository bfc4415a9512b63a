/* happy_eyeballs.h - decides which address connect() tries next, and when: RFC 8305 §5 as a state machine.
 *
 * It knows no sockets: the caller starts, watches and closes the attempts, and reports their outcome. The caller also
 * chooses the clock and its unit. All are plain values; there is nothing to free.
 *
 * Attempts start one after another: the next one starts when the newest has failed or has used up its attempt delay.
 * Then a *race* lets the newest attempt continue beside the next one; a serial run (Node's rule) gives it up. The
 * last address has no time limit. */
#ifndef PN_CORE_HAPPY_EYEBALLS_H
#define PN_CORE_HAPPY_EYEBALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

#define PN_HAPPY_NEVER UINT64_MAX
#define PN_HAPPY_NONE  SIZE_MAX

struct pn_happy {
    size_t count;            /* addresses */
    size_t next;             /* the first that has not been started */
    size_t in_progress;      /* attempts that have neither failed nor been given up */
    uint64_t attempt_delay;  /* the time that the newest attempt has before the next one starts */
    uint64_t deadline;       /* the end of that time; PN_HAPPY_NEVER: none */
    bool newest_in_progress; /* the newest attempt is one of them */
    bool race;
};

enum pn_happy_step {
    PN_HAPPY_WAIT,
    PN_HAPPY_START,   /* the caller starts the next attempt: pn_happy_start() */
    PN_HAPPY_GIVE_UP, /* all attempts have failed */
};

/* Orders the attempts: each address once, the family of the first address first, then the families alternate until
 * one of them runs out. `out` has room for `count` addresses; returns how many it holds. */
size_t pn_happy_order(const struct pn_addr *found, size_t count, struct pn_addr *out);

void pn_happy_init(struct pn_happy *h, size_t count, uint64_t attempt_delay, bool race);
enum pn_happy_step pn_happy_step(const struct pn_happy *h);
/* Call after PN_HAPPY_START: an attempt begins at `now`. Returns the index of its address. */
size_t pn_happy_start(struct pn_happy *h, uint64_t now);
/* An attempt in progress has failed. */
void pn_happy_failed(struct pn_happy *h, size_t index);
/* Returns the attempt whose time is up by `now`, once, or PN_HAPPY_NONE. In a serial run it then counts as failed. */
size_t pn_happy_time_up(struct pn_happy *h, uint64_t now);

#endif
