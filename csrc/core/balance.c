/* balance.c - whether a process waits before it accepts a connection; see balance.h.
 *
 * The wait is bounded: a process with fewer connections may stand still, and must not hold up this one. */
#include "core/balance.h"

#define STEP_NS 200000u /* for each connection too many */
#define MOST_NS 2000000u
#define SHORT   16u /* a greater difference is not one of short connections */

/* With short connections the difference is over in a moment by itself, and a wait would cost a turn of the loop. */
static int
will_pass(uint32_t excess, uint32_t gone)
{
    return excess <= SHORT && gone >= excess;
}

uint64_t
pn_balance_delay(uint32_t own, uint32_t least, uint32_t gone)
{
    uint32_t allowed = least / 8 > 1 ? least / 8 : 1;
    uint32_t excess = own > least ? own - least : 0;
    if (excess <= allowed || will_pass(excess, gone))
        return 0;
    return excess < MOST_NS / STEP_NS ? (uint64_t)excess * STEP_NS : MOST_NS;
}
