/* happy_eyeballs.c - decides which address to try next, and when: see happy_eyeballs.h. */
#include "core/happy_eyeballs.h"

static bool
seen_before(const struct pn_addr *addrs, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (pn_addr_same_ip(&addrs[j], &addrs[i]))
            return true;
    }
    return false;
}

size_t
pn_happy_order(const struct pn_addr *found, size_t count, struct pn_addr *out)
{
    if (count == 0)
        return 0;
    size_t made = 0;
    size_t next[2] = {0, 0}; /* the next address of each family to look at */
    uint8_t family[2] = {found[0].family, found[0].family == 4 ? 6 : 4};
    for (size_t turn = 0, idle = 0; idle < 2; turn ^= 1) {
        size_t *i = &next[turn];
        while (*i < count && (found[*i].family != family[turn] || seen_before(found, *i)))
            (*i)++;
        if (*i == count) {
            idle++;
            continue;
        }
        idle = 0;
        out[made++] = found[(*i)++];
    }
    return made;
}

void
pn_happy_init(struct pn_happy *h, size_t count, uint64_t attempt_delay, bool race)
{
    *h = (struct pn_happy){.count = count, .attempt_delay = attempt_delay, .deadline = PN_HAPPY_NEVER, .race = race};
}

enum pn_happy_step
pn_happy_step(const struct pn_happy *h)
{
    if (h->newest_in_progress && h->deadline != PN_HAPPY_NEVER)
        return PN_HAPPY_WAIT;
    if (h->next < h->count)
        return PN_HAPPY_START;
    return h->in_progress > 0 ? PN_HAPPY_WAIT : PN_HAPPY_GIVE_UP;
}

size_t
pn_happy_start(struct pn_happy *h, uint64_t now)
{
    size_t index = h->next++;
    h->in_progress++;
    h->newest_in_progress = true;
    h->deadline = PN_HAPPY_NEVER;
    if (h->next < h->count)
        h->deadline = h->attempt_delay < PN_HAPPY_NEVER - 1 - now ? now + h->attempt_delay : PN_HAPPY_NEVER - 1;
    return index;
}

void
pn_happy_failed(struct pn_happy *h, size_t index)
{
    h->in_progress--;
    if (index + 1 != h->next)
        return;
    h->newest_in_progress = false;
    h->deadline = PN_HAPPY_NEVER;
}

size_t
pn_happy_time_up(struct pn_happy *h, uint64_t now)
{
    if (h->deadline == PN_HAPPY_NEVER || now < h->deadline)
        return PN_HAPPY_NONE;
    h->deadline = PN_HAPPY_NEVER;
    if (!h->race) {
        h->newest_in_progress = false;
        h->in_progress--;
    }
    return h->next - 1;
}
