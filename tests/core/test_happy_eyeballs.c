/* test_happy_eyeballs.c - the order and the times of attempts, with a simulated clock and network. */
#include "check.h"

#include "core/happy_eyeballs.h"

enum { MOST = 12, NEVER = 1000000 };

/* The behaviour of an address: after `after` units it connects, or refuses. */
struct address {
    uint64_t after;
    bool connects;
};

/* The outcome of a run. */
struct outcome {
    size_t winner; /* PN_HAPPY_NONE: all failed */
    uint64_t at;
    uint64_t started[MOST];
    bool time_up[MOST];
    size_t count_started;
};

/* Runs the machine over a network; each step advances the clock to the next event. */
static void
run(const struct address *net, size_t count, uint64_t attempt_delay, bool race, struct outcome *out)
{
    struct pn_happy h;
    bool in_progress[MOST] = {false};
    uint64_t now = 0;
    memset(out, 0, sizeof(*out));
    out->winner = PN_HAPPY_NONE;
    pn_happy_init(&h, count, attempt_delay, race);
    for (;;) {
        enum pn_happy_step step = pn_happy_step(&h);
        if (step == PN_HAPPY_GIVE_UP)
            break;
        if (step == PN_HAPPY_START) {
            size_t i = pn_happy_start(&h, now);
            CHECK_INT(i, out->count_started);
            out->started[i] = now;
            out->count_started++;
            in_progress[i] = true;
            continue;
        }
        size_t next = PN_HAPPY_NONE;
        uint64_t when = h.deadline;
        for (size_t i = 0; i < count; i++) {
            uint64_t done = out->started[i] + net[i].after;
            if (in_progress[i] && done <= when) {
                if (next == PN_HAPPY_NONE || done < when)
                    next = i;
                when = done;
            }
        }
        CHECK(when != PN_HAPPY_NEVER);
        now = when;
        if (next == PN_HAPPY_NONE) {
            size_t late = pn_happy_time_up(&h, now);
            CHECK_INT(late, out->count_started - 1);
            CHECK_INT(pn_happy_time_up(&h, now), PN_HAPPY_NONE);
            out->time_up[late] = true;
            in_progress[late] = race;
            continue;
        }
        in_progress[next] = false;
        if (net[next].connects) {
            out->winner = next;
            break;
        }
        pn_happy_failed(&h, next);
    }
    out->at = now;
}

/* Computes the start of each attempt and the winner from the rules alone, without the machine: an attempt has its
 * delay to itself; after it, or once the attempt has failed, the next one begins. */
static void
expect(const struct address *net, size_t count, uint64_t attempt_delay, bool race, struct outcome *out)
{
    uint64_t begin = 0, best = PN_HAPPY_NEVER, last = 0;
    memset(out, 0, sizeof(*out));
    out->winner = PN_HAPPY_NONE;
    for (size_t i = 0; i < count && begin < best; i++) {
        uint64_t done = begin + net[i].after, limit = begin + attempt_delay;
        bool alone = i + 1 < count; /* has a limit */
        out->started[i] = begin;
        out->count_started = i + 1;
        if (alone && done > limit) {
            begin = limit;
            if (!race) {
                out->time_up[i] = true;
                last = limit;
                continue;
            }
            out->time_up[i] = limit < best || (limit == best && out->winner == PN_HAPPY_NONE);
        }
        else {
            begin = done;
        }
        if (net[i].connects && done < best) {
            best = done;
            out->winner = i;
        }
        last = done > last ? done : last;
    }
    out->at = out->winner != PN_HAPPY_NONE ? best : last;
}

static void
check_run(const struct address *net, size_t count, uint64_t attempt_delay, bool race)
{
    struct outcome got, want;
    run(net, count, attempt_delay, race, &got);
    expect(net, count, attempt_delay, race, &want);
    CHECK_INT(got.winner, want.winner);
    CHECK_INT(got.at, want.at);
    CHECK_INT(got.count_started, want.count_started);
    for (size_t i = 0; i < want.count_started; i++)
        CHECK_INT(got.started[i], want.started[i]);
}

/* --- the order of addresses --- */

static struct pn_addr
addr_of(const char *text)
{
    struct pn_addr a;
    CHECK_INT(pn_addr_parse(text, strlen(text), &a, NULL), 0);
    return a;
}

static void
check_order(const char *found, const char *want)
{
    struct pn_addr in[MOST], out[MOST];
    char copy[256], got[512] = "";
    size_t count = 0;
    strcpy(copy, found);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        in[count++] = addr_of(word);
    size_t made = pn_happy_order(in, count, out);
    for (size_t i = 0; i < made; i++) {
        char text[PN_ADDR_TEXT];
        (void)pn_addr_format(&out[i], text);
        strcat(strcat(got, i > 0 ? " " : ""), text);
    }
    CHECK_STR(got, want);
}

static void
test_families_alternate_and_each_address_comes_once(void)
{
    check_order("", "");
    check_order("1.1.1.1", "1.1.1.1");
    check_order("1.1.1.1 1.1.1.1", "1.1.1.1");
    check_order("1.1.1.1 2.2.2.2 ::1 ::2 ::3", "1.1.1.1 ::1 2.2.2.2 ::2 ::3");
    check_order("::1 1.1.1.1 2.2.2.2 3.3.3.3", "::1 1.1.1.1 2.2.2.2 3.3.3.3");
    check_order("::1 ::2 ::1 1.1.1.1 ::2", "::1 1.1.1.1 ::2");
    check_order("::1 ::2 ::3", "::1 ::2 ::3");
}

/* --- single runs --- */

static void
test_the_first_that_connects_wins_at_once(void)
{
    struct address net[] = {{5, true}, {1, true}};
    struct outcome got;
    run(net, 2, 250, true, &got);
    CHECK_INT(got.winner, 0);
    CHECK_INT(got.at, 5);
    CHECK_INT(got.count_started, 1);
}

static void
test_a_failure_starts_the_next_at_once(void)
{
    struct address net[] = {{3, false}, {4, false}, {5, true}};
    struct outcome got;
    for (int race = 0; race < 2; race++) {
        run(net, 3, 250, race != 0, &got);
        CHECK_INT(got.winner, 2);
        CHECK_INT(got.started[1], 3);
        CHECK_INT(got.started[2], 7);
        CHECK_INT(got.at, 12);
    }
}

static void
test_an_address_that_never_answers_costs_its_time_only(void)
{
    struct address net[] = {{NEVER, false}, {10, true}};
    struct outcome got;
    for (int race = 0; race < 2; race++) {
        run(net, 2, 250, race != 0, &got);
        CHECK_INT(got.winner, 1);
        CHECK_INT(got.at, 260);
        CHECK(got.time_up[0]);
    }
}

static void
test_a_slow_first_address_wins_the_race_when_the_second_refuses(void)
{
    struct address net[] = {{1000, true}, {1, false}};
    struct outcome got;
    run(net, 2, 250, true, &got);
    CHECK_INT(got.winner, 0);
    CHECK_INT(got.at, 1000);
    run(net, 2, 250, false, &got);
    CHECK_INT(got.winner, PN_HAPPY_NONE);
    CHECK_INT(got.at, 251);
}

static void
test_the_last_address_has_no_limit(void)
{
    struct address net[] = {{1, false}, {5000, true}};
    struct outcome got;
    for (int race = 0; race < 2; race++) {
        run(net, 2, 250, race != 0, &got);
        CHECK_INT(got.winner, 1);
        CHECK_INT(got.at, 5001);
        CHECK(!got.time_up[1]);
    }
}

static void
test_a_late_failure_of_an_older_attempt_does_not_hurry_the_newest(void)
{
    struct address net[] = {{300, false}, {200, true}, {1, true}};
    struct outcome got;
    run(net, 3, 250, true, &got);
    CHECK_INT(got.winner, 1);
    CHECK_INT(got.at, 450);
    CHECK_INT(got.count_started, 2);
}

static void
test_time_cannot_overflow(void)
{
    struct pn_happy h;
    pn_happy_init(&h, 2, UINT64_MAX, true);
    CHECK_INT(pn_happy_start(&h, UINT64_MAX - 5), 0);
    CHECK(h.deadline != PN_HAPPY_NEVER);
    CHECK_INT(pn_happy_step(&h), PN_HAPPY_WAIT);
}

/* --- random networks --- */

static void
test_random_networks(void)
{
    struct random_source r = {0x9b60933458e17d7d};
    for (int round = 0; round < 200000; round++) {
        struct address net[MOST];
        size_t count = 1 + random_below(&r, MOST - 1);
        /* Odd times for the ends, even ones for the limits: no two events happen at the same time. */
        uint64_t attempt_delay = 2 * (1 + random_below(&r, 50));
        for (size_t i = 0; i < count; i++) {
            net[i].after = random_below(&r, 4) == 0 ? 5001 : 2 * random_below(&r, 120) + (i == 0);
            net[i].connects = random_below(&r, 3) == 0;
        }
        check_run(net, count, attempt_delay, random_below(&r, 2) != 0);
    }
}

int
main(void)
{
    RUN(test_families_alternate_and_each_address_comes_once);
    RUN(test_the_first_that_connects_wins_at_once);
    RUN(test_a_failure_starts_the_next_at_once);
    RUN(test_an_address_that_never_answers_costs_its_time_only);
    RUN(test_a_slow_first_address_wins_the_race_when_the_second_refuses);
    RUN(test_the_last_address_has_no_limit);
    RUN(test_a_late_failure_of_an_older_attempt_does_not_hurry_the_newest);
    RUN(test_time_cannot_overflow);
    RUN(test_random_networks);
    return 0;
}
