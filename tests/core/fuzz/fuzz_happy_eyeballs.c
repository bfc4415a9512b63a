/* fuzz_happy_eyeballs.c - the order of addresses against a plain one, and the machine under any calls that its header
 * allows against a table of attempts: the input is the addresses, then a program of starts, failures and looks at the
 * clock. */
#include "fuzz.h"

#include "../check.h"

#include "core/happy_eyeballs.h"

enum { MOST = 40 };

/* --- the order --- */

/* Of few values, so that the same ones come again; ports and, of IPv4, the bytes behind the address make no other. */
static struct pn_addr
draw_address(struct fuzz_bytes *b)
{
    struct pn_addr a = {.family = 4};
    uint8_t form = fuzz_byte(b);
    if (form & 1) {
        a.family = 6;
        a.scope = form >> 6;
        a.bytes[15] = form >> 1 & 7;
    }
    else {
        a.bytes[3] = form >> 1 & 7;
        a.bytes[4] = form >> 6;
    }
    a.port = form >> 4 & 3;
    return a;
}

static bool
is_among(const struct pn_addr *list, size_t count, const struct pn_addr *a)
{
    for (size_t i = 0; i < count; i++) {
        if (pn_addr_same_ip(&list[i], a))
            return true;
    }
    return false;
}

/* Each family's addresses in a list of its own, then one of each by turns. */
static size_t
plain_order(const struct pn_addr *found, size_t count, struct pn_addr *out)
{
    static struct pn_addr list[2][MOST];
    size_t made = 0, length[2] = {0, 0};
    for (size_t i = 0; i < count; i++) {
        size_t which = found[i].family != found[0].family;
        if (!is_among(list[which], length[which], &found[i]))
            list[which][length[which]++] = found[i];
    }
    for (size_t i = 0; i < length[0] || i < length[1]; i++) {
        for (size_t which = 0; which < 2; which++) {
            if (i < length[which])
                out[made++] = list[which][i];
        }
    }
    return made;
}

/* Blocks of exactly their sizes: what is read or written beside them is seen. */
static void
check_order(struct fuzz_bytes *b)
{
    size_t count = fuzz_byte(b) % (MOST + 1), room = count > 0 ? count : 1;
    struct pn_addr *found = calloc(room, sizeof(*found)), *out = calloc(room, sizeof(*out)), want[MOST];
    if (found == NULL || out == NULL)
        exit(2);
    for (size_t i = 0; i < count; i++)
        found[i] = draw_address(b);
    size_t made = pn_happy_order(found, count, out);
    CHECK_INT(made, plain_order(found, count, want));
    for (size_t i = 0; i < made; i++) {
        CHECK(pn_addr_same_ip(&out[i], &want[i]));
        CHECK_INT(out[i].port, want[i].port);
    }
    free(found);
    free(out);
}

/* --- the machine --- */

struct attempt {
    uint64_t began;
    bool in_progress;
    bool told; /* that its time is up */
};

/* What has been done, and the clock. */
struct table {
    struct attempt attempts[MOST];
    size_t count, started;
    uint64_t attempt_delay, now;
    bool race;
};

/* The newest attempt, when it has its time for itself; else NULL. The last of all has no limit. */
static struct attempt *
limited(struct table *t)
{
    if (t->started == 0 || t->started == t->count)
        return NULL;
    struct attempt *newest = &t->attempts[t->started - 1];
    return newest->in_progress && !newest->told ? newest : NULL;
}

static uint64_t
limit_of(const struct table *t, const struct attempt *a)
{
    uint64_t latest = PN_HAPPY_NEVER - 1;
    return t->attempt_delay > latest - a->began ? latest : a->began + t->attempt_delay;
}

static size_t
flying_count(const struct table *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->started; i++)
        n += t->attempts[i].in_progress;
    return n;
}

static void
check_machine(const struct pn_happy *h, struct table *t)
{
    struct attempt *a = limited(t);
    size_t in_progress = flying_count(t);
    enum pn_happy_step want = PN_HAPPY_START;
    if (a != NULL)
        want = PN_HAPPY_WAIT;
    else if (t->started == t->count)
        want = in_progress > 0 ? PN_HAPPY_WAIT : PN_HAPPY_GIVE_UP;
    CHECK_INT(pn_happy_step(h), want);
    CHECK(h->deadline == (a != NULL ? limit_of(t, a) : PN_HAPPY_NEVER));
    CHECK_INT(h->next, t->started);
    CHECK_INT(h->in_progress, in_progress);
    CHECK(t->race || in_progress <= 1);
}

static void
fail_one(struct pn_happy *h, struct table *t, uint8_t which)
{
    size_t in_progress = flying_count(t);
    if (in_progress == 0)
        return;
    size_t skip = which % in_progress, index = 0;
    while (!t->attempts[index].in_progress || skip-- > 0)
        index++;
    t->attempts[index].in_progress = false;
    pn_happy_failed(h, index);
}

static void
look_at_clock(struct pn_happy *h, struct table *t)
{
    struct attempt *a = limited(t);
    bool late = a != NULL && t->now >= limit_of(t, a);
    size_t index = pn_happy_time_up(h, t->now);
    CHECK(index == (late ? t->started - 1 : PN_HAPPY_NONE));
    if (late) {
        a->told = true;
        a->in_progress = t->race;
    }
}

/* Time passes, most often up to a limit or to one short of it; now and then until the end of time. */
static void
pass_time(struct table *t, uint8_t how)
{
    uint64_t latest = PN_HAPPY_NEVER - 1, step = how >> 2;
    struct attempt *a = limited(t);
    if (how == 0xff)
        t->now = latest;
    else if (a != NULL && (how & 3) != 0 && limit_of(t, a) > t->now)
        t->now = limit_of(t, a) - (how & 1);
    else
        t->now = step > latest - t->now ? latest : t->now + step;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint64_t far[] = {0, 250, (uint64_t)1 << 63, PN_HAPPY_NEVER - 2, PN_HAPPY_NEVER};
    struct fuzz_bytes b = {data, data + size};
    static struct table t;
    struct pn_happy h;
    check_order(&b);
    uint8_t form = fuzz_byte(&b);
    t = (struct table){.count = fuzz_byte(&b) % (MOST + 1), .race = form & 1};
    t.attempt_delay = form & 2 ? far[(form >> 2) % 5] : form >> 2;
    pn_happy_init(&h, t.count, t.attempt_delay, t.race);
    check_machine(&h, &t);
    while (b.at != b.end) {
        uint8_t what = fuzz_byte(&b);
        switch (what % 4) {
        case 0:
            if (pn_happy_step(&h) == PN_HAPPY_START) {
                CHECK_INT(pn_happy_start(&h, t.now), t.started);
                t.attempts[t.started++] = (struct attempt){.began = t.now, .in_progress = true};
            }
            break;
        case 1:
            fail_one(&h, &t, what >> 2);
            break;
        case 2:
            look_at_clock(&h, &t);
            break;
        default:
            pass_time(&t, fuzz_byte(&b));
            break;
        }
        check_machine(&h, &t);
    }
    return 0;
}
