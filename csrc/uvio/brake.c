/* brake.c - how long a process with too many connections waits before it accepts the next one; see brake.h.
 *
 * Threads: the lock is held everywhere; other processes change the page at any time. */
#include "uvio/brake.h"

#include <stdbool.h>
#include <string.h>
#include <uv.h>

#include "core/balance.h"

void
pn_brake_init(struct pn_brake *b)
{
    memset(b, 0, sizeof(*b));
    b->own = &b->none;
}

void
pn_brake_clear(struct pn_brake *b, size_t index)
{
    atomic_store(&b->page[index].state, 0);
    atomic_store(&b->page[index].connections, 0);
}

void
pn_brake_gone(struct pn_brake *b)
{
    pn_brake_count(b, -1);
    if (b->page == NULL)
        return;
    uint64_t now = uv_hrtime();
    if (now - b->since > PN_BALANCE_SHORT_NS) {
        b->since = now;
        b->gone = 0;
    }
    b->gone++;
}

uint64_t
pn_brake_delay(const struct pn_brake *b)
{
    uint32_t own = atomic_load_explicit(&b->own->connections, memory_order_relaxed);
    uint32_t least = own;
    for (size_t i = 0; i < b->count && least > 0; i++) {
        const struct pn_slot *slot = &b->page[i];
        if (atomic_load_explicit(&slot->state, memory_order_relaxed) == 0)
            continue;
        uint32_t each = atomic_load_explicit(&slot->connections, memory_order_relaxed);
        least = each < least ? each : least;
    }
    if (own <= least + 1)
        return 0; /* without a look at the clock */
    bool just_now = b->gone > 0 && uv_hrtime() - b->since <= 2 * (uint64_t)PN_BALANCE_SHORT_NS;
    return pn_balance_delay(own, least, just_now ? b->gone : 0);
}
