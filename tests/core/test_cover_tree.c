/* needs: hooks */
/* test_cover_tree.c - the tree of intervals, against an array that counts them point by point. */
#include "check.h"
#include "hooks.h"

#include "core/cover_tree.h"

enum { POINTS = 3000, MAX_LIVE = 4000 };

/* A set of intervals whose points are numbers; each test chooses the addresses of the points. Both trees hold the
 * same intervals. */
struct interval {
    uint32_t first, last;
};

struct model {
    struct interval live[MAX_LIVE];
    size_t count;
    int over[POINTS];
    struct pn_tree4 tree4;
    struct pn_tree6 tree6;
    uint32_t base4;
    struct pn_key6 base6;
};

static struct pn_key6
key6(const struct model *m, uint32_t point)
{
    struct pn_key6 k = {m->base6.hi, m->base6.lo + point};
    k.hi += k.lo < point;
    return k;
}

static void
change(struct model *m, struct interval v, int by)
{
    for (uint32_t i = v.first; i <= v.last; i++)
        m->over[i] += by;
}

static int
add(struct model *m, struct interval v)
{
    if (pn_tree4_add(&m->tree4, m->base4 + v.first, m->base4 + v.last) != 0)
        return -1;
    if (pn_tree6_add(&m->tree6, key6(m, v.first), key6(m, v.last)) != 0) {
        pn_tree4_remove(&m->tree4, m->base4 + v.first, m->base4 + v.last);
        return -1;
    }
    m->live[m->count++] = v;
    change(m, v, 1);
    return 0;
}

static void
drop(struct model *m, size_t i)
{
    struct interval v = m->live[i];
    m->live[i] = m->live[--m->count];
    change(m, v, -1);
    pn_tree4_remove(&m->tree4, m->base4 + v.first, m->base4 + v.last);
    pn_tree6_remove(&m->tree6, key6(m, v.first), key6(m, v.last));
}

static void
check_points(const struct model *m)
{
    for (uint32_t i = 0; i < POINTS; i++) {
        CHECK_INT(pn_tree4_covers(&m->tree4, m->base4 + i), m->over[i] > 0);
        CHECK_INT(pn_tree6_covers(&m->tree6, key6(m, i)), m->over[i] > 0);
    }
}

static void
check_empty(struct model *m)
{
    CHECK_INT(m->count, 0);
    CHECK(m->tree4.root == NULL && m->tree4.memory == 0);
    CHECK(m->tree6.root == NULL && m->tree6.memory == 0);
    CHECK(!pn_tree4_covers(&m->tree4, 0));
}

static struct interval
random_interval(struct random_source *r, size_t widest)
{
    uint32_t first = (uint32_t)random_below(r, POINTS);
    uint32_t last = first + (uint32_t)random_below(r, widest);
    return (struct interval){first, last < POINTS ? last : POINTS - 1};
}

/* Grows and shrinks alternately, up to some thousands of intervals. */
static void
grow_and_shrink(uint32_t base4, struct pn_key6 base6, size_t widest)
{
    struct model *m = calloc(1, sizeof(*m));
    struct random_source r = {0x1234567 + widest};
    CHECK(m != NULL);
    m->base4 = base4;
    m->base6 = base6;
    for (int turn = 0; turn < 3; turn++) {
        while (m->count < MAX_LIVE) {
            if (random_below(&r, 8) == 0 && m->count > 0)
                drop(m, random_below(&r, m->count));
            CHECK_INT(add(m, random_interval(&r, widest)), 0);
            if (m->count % 500 == 0)
                check_points(m);
        }
        check_points(m);
        while (m->count > (turn == 2 ? 0 : 100)) {
            drop(m, random_below(&r, m->count));
            if (m->count % 500 == 0)
                check_points(m);
        }
        check_points(m);
    }
    check_empty(m);
    free(m);
}

static void
test_random(void)
{
    struct pn_key6 middle = {5, UINT64_MAX - 1000}; /* the low half overflows */
    grow_and_shrink(1000000, middle, 1);
    grow_and_shrink(0, (struct pn_key6){0, 0}, 20);
    grow_and_shrink(UINT32_MAX - POINTS + 1, (struct pn_key6){UINT64_MAX, UINT64_MAX - POINTS + 1}, POINTS);
}

/* Adds in order, ascending and descending, and removes in both orders. */
static void
test_in_order(void)
{
    for (int way = 0; way < 4; way++) {
        struct model *m = calloc(1, sizeof(*m));
        CHECK(m != NULL);
        m->base4 = UINT32_MAX - POINTS + 1;
        m->base6.hi = 7;
        for (uint32_t i = 0; i < POINTS; i += 2) {
            uint32_t at = way & 1 ? POINTS - 2 - i : i;
            CHECK_INT(add(m, (struct interval){at, at}), 0);
        }
        check_points(m);
        /* in ascending order, nodes are left full: 12 bytes an entry, two entries an interval */
        if (way == 0)
            CHECK(m->tree4.memory < POINTS / 2 * 2 * 12 * 5 / 4);
        while (m->count > 0) {
            drop(m, way & 2 ? m->count - 1 : 0);
            if (m->count % 100 == 0)
                check_points(m);
        }
        check_empty(m);
        free(m);
    }
}

static void
test_ends_of_space(void)
{
    struct pn_tree4 t = {0};
    CHECK_INT(pn_tree4_add(&t, UINT32_MAX, UINT32_MAX), 0);
    CHECK(pn_tree4_covers(&t, UINT32_MAX) && !pn_tree4_covers(&t, UINT32_MAX - 1) && !pn_tree4_covers(&t, 0));
    CHECK_INT(pn_tree4_add(&t, 0, UINT32_MAX), 0);
    CHECK(pn_tree4_covers(&t, 0) && pn_tree4_covers(&t, UINT32_C(1) << 31));
    pn_tree4_remove(&t, 0, UINT32_MAX);
    CHECK(pn_tree4_covers(&t, UINT32_MAX) && !pn_tree4_covers(&t, 0));
    pn_tree4_clear(&t);

    struct pn_tree6 u = {0};
    struct pn_key6 zero = {0, 0}, ones = {UINT64_MAX, UINT64_MAX}, middle = {0, UINT64_MAX}, above = {1, 0};
    CHECK_INT(pn_tree6_add(&u, zero, middle), 0);
    CHECK(pn_tree6_covers(&u, zero) && pn_tree6_covers(&u, middle) && !pn_tree6_covers(&u, above));
    CHECK_INT(pn_tree6_add(&u, above, ones), 0);
    CHECK(pn_tree6_covers(&u, above) && pn_tree6_covers(&u, ones));
    pn_tree6_remove(&u, zero, middle);
    CHECK(!pn_tree6_covers(&u, middle) && pn_tree6_covers(&u, above));
    pn_tree6_clear(&u);
    CHECK(t.memory == 0 && u.memory == 0);
}

static void
test_copy(void)
{
    struct pn_tree4 t = {0}, copy = {0};
    CHECK_INT(pn_tree4_copy(&copy, &t), 0);
    CHECK(copy.root == NULL);
    for (uint32_t i = 0; i < POINTS; i++)
        CHECK_INT(pn_tree4_add(&t, i * 1000, i * 1000 + 9), 0);
    CHECK_INT(pn_tree4_copy(&copy, &t), 0);
    CHECK_INT(copy.memory, t.memory);
    pn_tree4_clear(&t);
    CHECK_INT(t.memory, 0);
    for (uint32_t i = 0; i < POINTS; i++) {
        CHECK(pn_tree4_covers(&copy, i * 1000 + 9) && !pn_tree4_covers(&copy, i * 1000 + 10));
        pn_tree4_remove(&copy, i * 1000, i * 1000 + 9);
    }
    CHECK(copy.root == NULL && copy.memory == 0);
}

/* For each allocation that fails: the tree still holds what it held before, and no more. */
static void
test_out_of_memory(void)
{
    struct model *m = calloc(1, sizeof(*m));
    struct random_source r = {99};
    CHECK(m != NULL);
    size_t before = hook_alloc_live(), failures = 0;
    while (m->count < 1500) {
        hook_fail_alloc((long)random_below(&r, 4), true);
        int status = add(m, random_interval(&r, 50));
        CHECK(status == 0 || hook_alloc_failed());
        hook_fail_alloc(-1, false);
        failures += status != 0;
        if (status != 0)
            check_points(m);
    }
    CHECK(failures > 50);
    check_points(m);
    for (long n = 0;; n++) {
        struct pn_tree4 copy = {0};
        hook_fail_alloc(n, false);
        int status = pn_tree4_copy(&copy, &m->tree4);
        bool failed = hook_alloc_failed();
        hook_fail_alloc(-1, false);
        CHECK(failed ? status == -1 && copy.root == NULL && copy.memory == 0 : status == 0);
        pn_tree4_clear(&copy);
        if (!failed)
            break;
    }
    hook_fail_alloc(0, true); /* removing needs no memory */
    while (m->count > 0)
        drop(m, random_below(&r, m->count));
    hook_fail_alloc(-1, false);
    check_empty(m);
    CHECK_INT(hook_alloc_live(), before);
    free(m);
}

int
main(void)
{
    RUN(test_random);
    RUN(test_in_order);
    RUN(test_ends_of_space);
    RUN(test_copy);
    RUN(test_out_of_memory);
    return 0;
}
