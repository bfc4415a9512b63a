/* timers.c - a binary heap of deadlines, see timers.h. */
#include "core/timers.h"

#include <stdlib.h>

void
pn_timers_init(struct pn_timers *h)
{
    h->heap = NULL;
    h->count = 0;
    h->capacity = 0;
    h->next_seq = 0;
}

void
pn_timers_clear(struct pn_timers *h)
{
    free(h->heap);
    h->heap = NULL;
    h->count = 0;
    h->capacity = 0;
}

void
pn_timer_init(struct pn_timer *t)
{
    t->deadline = 0;
    t->seq = 0;
    t->index = PN_TIMER_IDLE;
}

bool
pn_timer_armed(const struct pn_timer *t)
{
    return t->index != PN_TIMER_IDLE;
}

static bool
before(const struct pn_timer *a, const struct pn_timer *b)
{
    if (a->deadline != b->deadline)
        return a->deadline < b->deadline;
    return a->seq < b->seq;
}

static void
place(struct pn_timers *h, size_t i, struct pn_timer *t)
{
    h->heap[i] = t;
    t->index = i;
}

static void
sift_up(struct pn_timers *h, size_t i, struct pn_timer *t)
{
    while (i > 0) {
        size_t parent = (i - 1) / 2;
        if (!before(t, h->heap[parent]))
            break;
        place(h, i, h->heap[parent]);
        i = parent;
    }
    place(h, i, t);
}

static void
sift_down(struct pn_timers *h, size_t i, struct pn_timer *t)
{
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= h->count)
            break;
        if (child + 1 < h->count && before(h->heap[child + 1], h->heap[child]))
            child++;
        if (!before(h->heap[child], t))
            break;
        place(h, i, h->heap[child]);
        i = child;
    }
    place(h, i, t);
}

int
pn_timers_arm(struct pn_timers *h, struct pn_timer *t, uint64_t deadline)
{
    pn_timers_disarm(h, t);
    if (h->count == h->capacity) {
        size_t capacity = h->capacity ? h->capacity * 2 : 16;
        struct pn_timer **heap = realloc(h->heap, capacity * sizeof(*heap));
        if (heap == NULL)
            return -1;
        h->heap = heap;
        h->capacity = capacity;
    }
    t->deadline = deadline;
    t->seq = h->next_seq++;
    h->count++;
    sift_up(h, h->count - 1, t);
    return 0;
}

void
pn_timers_disarm(struct pn_timers *h, struct pn_timer *t)
{
    size_t i = t->index;
    if (i == PN_TIMER_IDLE)
        return;
    t->index = PN_TIMER_IDLE;
    struct pn_timer *last = h->heap[--h->count];
    if (last == t)
        return;
    if (i > 0 && before(last, h->heap[(i - 1) / 2]))
        sift_up(h, i, last);
    else
        sift_down(h, i, last);
}

struct pn_timer *
pn_timers_first(const struct pn_timers *h)
{
    return h->count ? h->heap[0] : NULL;
}

int64_t
pn_timers_wait(const struct pn_timers *h, uint64_t now, int64_t most)
{
    const struct pn_timer *t = pn_timers_first(h);
    if (t == NULL)
        return -1;
    if (t->deadline <= now)
        return 0;
    return t->deadline - now < (uint64_t)most ? (int64_t)(t->deadline - now) : most;
}

uint64_t
pn_timers_deadline(uint64_t now, double delay)
{
    if (!(delay < 9e18)) /* below 2^63: the conversion is defined */
        return UINT64_MAX;
    return (uint64_t)delay < UINT64_MAX - now ? now + (uint64_t)delay : UINT64_MAX;
}

struct pn_timer *
pn_timers_pop_due(struct pn_timers *h, uint64_t now)
{
    struct pn_timer *t = pn_timers_first(h);
    if (t == NULL || t->deadline > now)
        return NULL;
    pn_timers_disarm(h, t);
    return t;
}
