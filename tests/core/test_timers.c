/* needs: hooks */
/* test_timers.c - the heap of deadlines, against a list that is searched linearly. */
#include "check.h"
#include "hooks.h"

#include <math.h>

#include "core/timers.h"

enum { TIMERS = 300 };

/* The naive model: the deadline of each timer and when it was armed. */
struct model {
    bool armed[TIMERS];
    uint64_t deadline[TIMERS];
    uint64_t order[TIMERS];
    uint64_t next_order;
    size_t count;
};

static int
model_first(const struct model *m)
{
    int first = -1;
    for (int i = 0; i < TIMERS; i++) {
        if (!m->armed[i])
            continue;
        if (first < 0 || m->deadline[i] < m->deadline[first] ||
            (m->deadline[i] == m->deadline[first] && m->order[i] < m->order[first]))
            first = i;
    }
    return first;
}

static void
model_arm(struct model *m, size_t i, uint64_t deadline)
{
    m->count += m->armed[i] ? 0 : 1;
    m->armed[i] = true;
    m->deadline[i] = deadline;
    m->order[i] = m->next_order++;
}

static void
model_disarm(struct model *m, size_t i)
{
    m->count -= m->armed[i] ? 1 : 0;
    m->armed[i] = false;
}

static void
check_same(const struct pn_timers *h, const struct pn_timer *timers, const struct model *m)
{
    int first = model_first(m);
    CHECK_INT(h->count, m->count);
    CHECK(pn_timers_first(h) == (first < 0 ? NULL : &timers[first]));
}

/* Checks the order of the heap, and the index that each timer holds. */
static void
check_heap(const struct pn_timers *h)
{
    CHECK(h->count <= h->capacity);
    for (size_t i = 0; i < h->count; i++) {
        const struct pn_timer *t = h->heap[i], *up = h->heap[(i - (i > 0)) / 2];
        CHECK_INT(t->index, i);
        CHECK(up->deadline < t->deadline || (up->deadline == t->deadline && up->seq <= t->seq));
    }
}

static void
test_empty(void)
{
    struct pn_timers h;
    struct pn_timer t;
    pn_timers_init(&h);
    pn_timer_init(&t);
    CHECK(!pn_timer_armed(&t));
    CHECK(pn_timers_first(&h) == NULL);
    CHECK(pn_timers_pop_due(&h, UINT64_MAX) == NULL);
    pn_timers_disarm(&h, &t);
    CHECK_INT(hook_alloc_live(), 0);
    pn_timers_clear(&h);
    pn_timers_clear(&h);
}

static void
test_due_at_the_deadline_and_not_before(void)
{
    struct pn_timers h;
    struct pn_timer zero, soon, last;
    pn_timers_init(&h);
    pn_timer_init(&zero);
    pn_timer_init(&soon);
    pn_timer_init(&last);
    CHECK_INT(pn_timers_arm(&h, &last, UINT64_MAX), 0);
    CHECK_INT(pn_timers_arm(&h, &soon, 1000), 0);
    CHECK_INT(pn_timers_arm(&h, &zero, 0), 0);
    CHECK(pn_timers_pop_due(&h, 0) == &zero);
    CHECK(!pn_timer_armed(&zero) && pn_timer_armed(&soon));
    CHECK(pn_timers_pop_due(&h, 999) == NULL);
    CHECK(pn_timers_pop_due(&h, 1000) == &soon);
    CHECK(pn_timers_pop_due(&h, UINT64_MAX - 1) == NULL);
    CHECK(pn_timers_pop_due(&h, UINT64_MAX) == &last);
    CHECK(pn_timers_pop_due(&h, UINT64_MAX) == NULL);
    pn_timers_clear(&h);
}

static void
test_the_wait_for_the_first_timer_is_limited(void)
{
    struct pn_timers h;
    struct pn_timer near, far;
    pn_timers_init(&h);
    pn_timer_init(&near);
    pn_timer_init(&far);
    CHECK_INT(pn_timers_wait(&h, 5, 100), -1);
    CHECK_INT(pn_timers_arm(&h, &far, UINT64_MAX), 0);
    CHECK_INT(pn_timers_wait(&h, 0, 100), 100);
    CHECK_INT(pn_timers_wait(&h, 0, INT64_MAX), INT64_MAX);
    CHECK_INT(pn_timers_wait(&h, UINT64_MAX - 1, 100), 1);
    CHECK_INT(pn_timers_wait(&h, UINT64_MAX, 100), 0);
    CHECK_INT(pn_timers_arm(&h, &near, 1000), 0);
    CHECK_INT(pn_timers_wait(&h, 0, 100), 100);
    CHECK_INT(pn_timers_wait(&h, 900, 100), 100);
    CHECK_INT(pn_timers_wait(&h, 901, 100), 99);
    CHECK_INT(pn_timers_wait(&h, 1000, 100), 0);
    CHECK_INT(pn_timers_wait(&h, 5000, 100), 0);
    pn_timers_clear(&h);
}

static void
test_a_deadline_stays_within_the_clock(void)
{
    CHECK(pn_timers_deadline(7, 0) == 7);
    CHECK(pn_timers_deadline(7, 0.9) == 7);
    CHECK(pn_timers_deadline(7, 1e9) == 1000000007);
    CHECK(pn_timers_deadline(7, 1e18) == (uint64_t)1000000000000000007);
    CHECK(pn_timers_deadline(7, 1e19) == UINT64_MAX);
    CHECK(pn_timers_deadline(7, 1e300) == UINT64_MAX);
    CHECK(pn_timers_deadline(7, HUGE_VAL) == UINT64_MAX);
    CHECK(pn_timers_deadline(UINT64_MAX - 10, 9) == UINT64_MAX - 1);
    CHECK(pn_timers_deadline(UINT64_MAX - 10, 10) == UINT64_MAX);
    CHECK(pn_timers_deadline(UINT64_MAX - 10, 8e18) == UINT64_MAX);
    CHECK(pn_timers_deadline(UINT64_MAX, 1e18) == UINT64_MAX);
}

static void
test_ties_go_to_the_one_armed_first(void)
{
    static struct pn_timer timers[TIMERS];
    struct pn_timers h;
    pn_timers_init(&h);
    for (size_t i = 0; i < TIMERS; i++) {
        pn_timer_init(&timers[i]);
        CHECK_INT(pn_timers_arm(&h, &timers[i], 5), 0);
    }
    CHECK_INT(pn_timers_arm(&h, &timers[0], 5), 0); /* armed again: it is the last now */
    for (size_t i = 1; i < TIMERS; i++)
        CHECK(pn_timers_pop_due(&h, 5) == &timers[i]);
    CHECK(pn_timers_pop_due(&h, 5) == &timers[0]);
    CHECK_INT(h.count, 0);
    pn_timers_clear(&h);
}

static void
random_step(struct random_source *r, struct pn_timers *h, struct pn_timer *timers, struct model *m, uint64_t *now)
{
    size_t i = random_below(r, TIMERS);
    switch (random_below(r, 8)) {
    case 0:
    case 1:
    case 2:
    case 3: {
        uint64_t deadline = *now + random_below(r, random_below(r, 2) ? 20 : 5000);
        CHECK_INT(pn_timers_arm(h, &timers[i], deadline), 0);
        model_arm(m, i, deadline);
        break;
    }
    case 4:
    case 5:
        pn_timers_disarm(h, &timers[i]);
        model_disarm(m, i);
        break;
    case 6:
        *now += random_below(r, 50);
        break;
    default: {
        int first = model_first(m);
        bool due = first >= 0 && m->deadline[first] <= *now;
        CHECK(pn_timers_pop_due(h, *now) == (due ? &timers[first] : NULL));
        if (due)
            model_disarm(m, (size_t)first);
        break;
    }
    }
    CHECK(pn_timer_armed(&timers[i]) == m->armed[i]);
}

static void
test_random_use(void)
{
    static struct pn_timer timers[TIMERS];
    static struct model m;
    struct random_source r = {0xda942042e4dd58b5};
    struct pn_timers h;
    uint64_t now = 0;
    pn_timers_init(&h);
    for (size_t i = 0; i < TIMERS; i++)
        pn_timer_init(&timers[i]);
    for (int step = 0; step < 60000; step++) {
        random_step(&r, &h, timers, &m, &now);
        check_same(&h, timers, &m);
        if (step % 16 == 0)
            check_heap(&h);
    }
    for (int first; (first = model_first(&m)) >= 0;) {
        CHECK(pn_timers_pop_due(&h, UINT64_MAX) == &timers[first]);
        model_disarm(&m, (size_t)first);
    }
    CHECK_INT(h.count, 0);
    pn_timers_clear(&h);
    CHECK_INT(hook_alloc_live(), 0);
}

static void
test_out_of_memory(void)
{
    static struct pn_timer timers[TIMERS];
    struct pn_timers h;
    size_t refused = 0, armed = 0;
    pn_timers_init(&h);
    for (size_t i = 0; i < TIMERS; i++) {
        pn_timer_init(&timers[i]);
        hook_fail_alloc(0, true);
        int status = pn_timers_arm(&h, &timers[i], TIMERS - i);
        hook_fail_alloc(-1, false);
        CHECK(pn_timer_armed(&timers[i]) == (status == 0));
        if (status != 0) {
            refused++;
            CHECK_INT(h.count, armed);
            check_heap(&h);
            CHECK_INT(pn_timers_arm(&h, &timers[i], TIMERS - i), 0);
        }
        armed++;
    }
    CHECK(refused > 0);
    hook_fail_alloc(0, true);
    for (size_t i = 0; i < TIMERS; i++) /* moving needs no memory */
        CHECK_INT(pn_timers_arm(&h, &timers[i], i + 1), 0);
    hook_fail_alloc(-1, false);
    for (size_t i = 0; i < TIMERS; i++)
        CHECK(pn_timers_pop_due(&h, TIMERS) == &timers[i]);
    pn_timers_clear(&h);
    CHECK_INT(hook_alloc_live(), 0);
}

int
main(void)
{
    RUN(test_empty);
    RUN(test_due_at_the_deadline_and_not_before);
    RUN(test_the_wait_for_the_first_timer_is_limited);
    RUN(test_a_deadline_stays_within_the_clock);
    RUN(test_ties_go_to_the_one_armed_first);
    RUN(test_random_use);
    RUN(test_out_of_memory);
    return 0;
}
