/* needs: hooks */
/* test_address_limits.c - how many connections an address may have open and make in a time, by a clock of the test. */
#include "check.h"
#include "hooks.h"

#include "core/address_limits.h"

#define SECOND UINT64_C(1000000000)

static const uint64_t secrets[PN_LIMITS_SECRETS] = {
    UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xbf58476d1ce4e5b9), UINT64_C(0x94d049bb133111eb),
    UINT64_C(0xd6e8feb86659fd93), UINT64_C(0xa0761d6478bd642f), UINT64_C(0xe7037ed1a0b428db),
    UINT64_C(0x8ebc6af09c88c6e3),
};
static struct pn_address_limits *limits;
static struct pn_limited *last;
static uint64_t now;

static void
begin(size_t most_idle)
{
    limits = pn_address_limits_new(secrets, most_idle);
    now = SECOND;
    CHECK(limits != NULL);
}

static void
end(void)
{
    pn_address_limits_free(limits);
    CHECK_INT(hook_alloc_live(), 0);
}

static struct pn_addr
address(const char *text)
{
    struct pn_addr a = {.family = 0};
    CHECK(pn_addr_parse(text, strlen(text), &a, NULL) == 0);
    return a;
}

static enum pn_admission
admit(const char *text)
{
    struct pn_addr a = address(text);
    return pn_address_limits_admit(limits, &a, now, &last);
}

static void
come_and_go(const char *text)
{
    CHECK_INT(admit(text), PN_ADMITTED);
    pn_address_limits_release(limits, last, now);
}

static struct pn_addr
numbered(uint32_t n)
{
    struct pn_addr a = {.family = 4};
    for (int i = 0; i < 4; i++)
        a.bytes[i] = (uint8_t)(n >> (24 - 8 * i));
    return a;
}

/* --- open connections --- */

static void
test_without_limits_everything_is_admitted(void)
{
    begin(10);
    for (int i = 0; i < 1000; i++)
        CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    CHECK_INT(pn_limited_open(last), 1000);
    end();
}

static void
test_each_address_has_its_own_count(void)
{
    begin(10);
    pn_address_limits_set_open(limits, 2);
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    CHECK_INT(admit("192.0.2.1"), PN_TOO_MANY_OPEN);
    CHECK_INT(admit("192.0.2.2"), PN_ADMITTED);
    end();
}

static void
test_a_closed_connection_makes_room(void)
{
    begin(10);
    pn_address_limits_set_open(limits, 1);
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    pn_address_limits_release(limits, last, now);
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    CHECK_INT(admit("192.0.2.1"), PN_TOO_MANY_OPEN);
    end();
}

static void
test_zero_admits_nothing_and_remembers_nothing(void)
{
    begin(10);
    pn_address_limits_set_open(limits, 0);
    CHECK_INT(admit("192.0.2.1"), PN_TOO_MANY_OPEN);
    CHECK_INT(pn_address_limits_size(limits), 0);
    end();
}

static void
test_connections_from_before_count(void)
{
    begin(10);
    struct pn_addr a = address("192.0.2.1");
    CHECK(pn_address_limits_count(limits, &a) != NULL);
    pn_address_limits_set_open(limits, 1);
    CHECK_INT(admit("192.0.2.1"), PN_TOO_MANY_OPEN);
    end();
}

/* --- which addresses are the same --- */

static void
test_mapped_addresses_count_as_ipv4(void)
{
    begin(10);
    pn_address_limits_set_open(limits, 1);
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    CHECK_INT(admit("::ffff:192.0.2.1"), PN_TOO_MANY_OPEN);
    CHECK_INT(admit("::ffff:192.0.2.2"), PN_ADMITTED);
    end();
}

static void
test_mapped_addresses_have_no_prefix(void)
{
    begin(10);
    pn_address_limits_set_open(limits, 1);
    pn_address_limits_set_prefix(limits, 64);
    CHECK_INT(admit("::ffff:192.0.2.1"), PN_ADMITTED);
    CHECK_INT(admit("::ffff:192.0.2.2"), PN_ADMITTED);
    end();
}

static void
test_ipv4_is_not_the_ipv6_address_with_the_same_bytes(void)
{
    begin(10);
    pn_address_limits_set_open(limits, 1);
    CHECK_INT(admit("32.1.13.184"), PN_ADMITTED);
    CHECK_INT(admit("2001:db8::"), PN_ADMITTED);
    end();
}

static void
test_a_network_counts_together(void)
{
    begin(10);
    pn_address_limits_set_open(limits, 1);
    pn_address_limits_set_prefix(limits, 64);
    CHECK_INT(admit("2001:db8::1"), PN_ADMITTED);
    CHECK_INT(admit("2001:db8::ffff:0:0:2"), PN_TOO_MANY_OPEN);
    CHECK_INT(admit("2001:db8:0:1::1"), PN_ADMITTED);
    end();
}

static void
test_a_prefix_need_not_end_at_a_byte(void)
{
    begin(10);
    pn_address_limits_set_open(limits, 1);
    pn_address_limits_set_prefix(limits, 60);
    CHECK_INT(admit("2001:db8:0:10::"), PN_ADMITTED);
    CHECK_INT(admit("2001:db8:0:1f::"), PN_TOO_MANY_OPEN);
    CHECK_INT(admit("2001:db8:0:20::"), PN_ADMITTED);
    end();
}

static void
test_each_zone_has_its_own_addresses(void)
{
    begin(10);
    pn_address_limits_set_open(limits, 1);
    struct pn_addr a = address("fe80::1"), b = a;
    a.scope = 1;
    b.scope = 2;
    CHECK_INT(pn_address_limits_admit(limits, &a, now, &last), PN_ADMITTED);
    CHECK_INT(pn_address_limits_admit(limits, &b, now, &last), PN_ADMITTED);
    end();
}

/* --- the rate --- */

static void
test_a_burst_and_then_the_rate(void)
{
    begin(10);
    pn_address_limits_set_rate(limits, SECOND / 2, 3);
    for (int i = 0; i < 3; i++)
        CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    CHECK_INT(admit("192.0.2.1"), PN_TOO_FAST);
    now += SECOND / 2 - 1;
    CHECK_INT(admit("192.0.2.1"), PN_TOO_FAST);
    now += 1;
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    CHECK_INT(admit("192.0.2.1"), PN_TOO_FAST);
    end();
}

static void
test_a_pause_gives_the_burst_back_and_no_more(void)
{
    begin(10);
    pn_address_limits_set_rate(limits, SECOND, 2);
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    now += 1000 * SECOND;
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    CHECK_INT(admit("192.0.2.1"), PN_TOO_FAST);
    end();
}

static void
test_the_rate_counts_connections_that_have_closed(void)
{
    begin(10);
    pn_address_limits_set_rate(limits, SECOND, 1);
    come_and_go("192.0.2.1");
    CHECK_INT(admit("192.0.2.1"), PN_TOO_FAST);
    CHECK_INT(admit("192.0.2.2"), PN_ADMITTED);
    end();
}

static void
test_refused_connections_do_not_use_the_rate_up(void)
{
    begin(10);
    pn_address_limits_set_rate(limits, SECOND, 1);
    come_and_go("192.0.2.1");
    for (int i = 0; i < 100; i++)
        CHECK_INT(admit("192.0.2.1"), PN_TOO_FAST);
    now += SECOND;
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    end();
}

static void
test_too_many_open_do_not_use_the_rate_up(void)
{
    begin(10);
    pn_address_limits_set_open(limits, 1);
    pn_address_limits_set_rate(limits, SECOND, 2);
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    struct pn_limited *first = last;
    for (int i = 0; i < 5; i++)
        CHECK_INT(admit("192.0.2.1"), PN_TOO_MANY_OPEN);
    pn_address_limits_release(limits, first, now);
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    end();
}

static void
test_a_faster_rate_holds_at_once(void)
{
    begin(10);
    pn_address_limits_set_rate(limits, 1000 * SECOND, 1);
    come_and_go("192.0.2.1");
    CHECK_INT(admit("192.0.2.1"), PN_TOO_FAST);
    pn_address_limits_set_rate(limits, SECOND, 1);
    CHECK_INT(admit("192.0.2.1"), PN_TOO_FAST);
    now += SECOND;
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    end();
}

/* --- memory --- */

static void
test_an_address_without_connections_is_forgotten(void)
{
    begin(10);
    pn_address_limits_set_open(limits, 1);
    come_and_go("192.0.2.1");
    CHECK_INT(pn_address_limits_size(limits), 0);
    end();
}

static void
test_a_full_bucket_is_forgotten_when_the_next_one_comes(void)
{
    begin(10);
    pn_address_limits_set_rate(limits, SECOND, 5);
    come_and_go("192.0.2.1");
    come_and_go("192.0.2.2");
    CHECK_INT(pn_address_limits_size(limits), 2);
    now += SECOND;
    come_and_go("192.0.2.3");
    CHECK_INT(pn_address_limits_size(limits), 1);
    end();
}

static void
test_beyond_the_cap_the_least_recently_used_is_forgotten(void)
{
    begin(2);
    pn_address_limits_set_rate(limits, 1000 * SECOND, 1);
    come_and_go("192.0.2.1");
    come_and_go("192.0.2.2");
    CHECK_INT(admit("192.0.2.1"), PN_TOO_FAST); /* it has been used since */
    come_and_go("192.0.2.3");
    CHECK_INT(pn_address_limits_size(limits), 2);
    CHECK_INT(admit("192.0.2.1"), PN_TOO_FAST);
    CHECK_INT(admit("192.0.2.2"), PN_ADMITTED);
    end();
}

static void
test_addresses_with_open_connections_are_beyond_the_cap(void)
{
    begin(1);
    pn_address_limits_set_rate(limits, 1000 * SECOND, 1);
    CHECK_INT(admit("192.0.2.1"), PN_ADMITTED);
    come_and_go("192.0.2.2");
    come_and_go("192.0.2.3");
    CHECK_INT(pn_address_limits_size(limits), 2);
    CHECK_INT(admit("192.0.2.1"), PN_TOO_FAST);
    end();
}

static void
test_a_million_addresses_take_bounded_memory(void)
{
    begin(PN_LIMITS_MOST_IDLE);
    pn_address_limits_set_rate(limits, SECOND, 1);
    for (uint32_t i = 0; i < 1000000; i++) {
        struct pn_addr a = numbered(i);
        CHECK_INT(pn_address_limits_admit(limits, &a, now, &last), PN_ADMITTED);
        pn_address_limits_release(limits, last, now);
    }
    CHECK_INT(pn_address_limits_size(limits), PN_LIMITS_MOST_IDLE);
    CHECK(hook_alloc_live() <= PN_LIMITS_MOST_IDLE + 2);
    now += SECOND;
    for (uint32_t i = 0; i < PN_LIMITS_MOST_IDLE; i++)
        come_and_go("192.0.2.1"), now += SECOND;
    CHECK(pn_address_limits_size(limits) <= 1);
    end();
}

static void
test_failed_allocations_admit_nothing_or_lengthen_chains(void)
{
    hook_fail_alloc(0, false);
    CHECK(pn_address_limits_new(secrets, 10) == NULL);
    hook_fail_alloc(1, false);
    CHECK(pn_address_limits_new(secrets, 10) == NULL);
    begin(10);
    for (uint32_t i = 0; i < 100; i++) {
        struct pn_addr a = numbered(i);
        hook_fail_alloc(1, true); /* the entry, but not a bigger table */
        CHECK_INT(pn_address_limits_admit(limits, &a, now, &last), PN_ADMITTED);
    }
    hook_fail_alloc(0, false);
    CHECK_INT(admit("192.0.2.1"), PN_NOT_ADMITTED);
    hook_fail_alloc(0, false);
    struct pn_addr other = address("192.0.2.2");
    CHECK(pn_address_limits_count(limits, &other) == NULL);
    hook_fail_alloc(-1, false);
    CHECK_INT(pn_address_limits_size(limits), 100);
    for (uint32_t i = 0; i < 100; i++) {
        struct pn_addr a = numbered(i);
        CHECK_INT(pn_address_limits_admit(limits, &a, now, &last), PN_ADMITTED);
        CHECK_INT(pn_limited_open(last), 2);
    }
    end();
}

int
main(void)
{
    RUN(test_without_limits_everything_is_admitted);
    RUN(test_each_address_has_its_own_count);
    RUN(test_a_closed_connection_makes_room);
    RUN(test_zero_admits_nothing_and_remembers_nothing);
    RUN(test_connections_from_before_count);
    RUN(test_mapped_addresses_count_as_ipv4);
    RUN(test_mapped_addresses_have_no_prefix);
    RUN(test_ipv4_is_not_the_ipv6_address_with_the_same_bytes);
    RUN(test_a_network_counts_together);
    RUN(test_a_prefix_need_not_end_at_a_byte);
    RUN(test_each_zone_has_its_own_addresses);
    RUN(test_a_burst_and_then_the_rate);
    RUN(test_a_pause_gives_the_burst_back_and_no_more);
    RUN(test_the_rate_counts_connections_that_have_closed);
    RUN(test_refused_connections_do_not_use_the_rate_up);
    RUN(test_too_many_open_do_not_use_the_rate_up);
    RUN(test_a_faster_rate_holds_at_once);
    RUN(test_an_address_without_connections_is_forgotten);
    RUN(test_a_full_bucket_is_forgotten_when_the_next_one_comes);
    RUN(test_beyond_the_cap_the_least_recently_used_is_forgotten);
    RUN(test_addresses_with_open_connections_are_beyond_the_cap);
    RUN(test_a_million_addresses_take_bounded_memory);
    RUN(test_failed_allocations_admit_nothing_or_lengthen_chains);
    return 0;
}
