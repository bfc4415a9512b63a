/* needs: hooks */
/* test_addr.c - addresses as values: canonical text, comparison. */
#include "check.h"
#include "hooks.h"

#include "core/addr.h"

#include <arpa/inet.h>

static struct pn_addr
parsed(const char *text)
{
    struct pn_addr a;
    CHECK_INT(pn_addr_parse(text, strlen(text), &a, NULL), 0);
    return a;
}

static void
test_canonical_text(void)
{
    static const char *const cases[][2] = {
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"1.20.100.9", "1.20.100.9"},
        {"::", "::"},
        {"::1", "::1"},
        {"::2", "::2"},
        {"1::", "1::"},
        {"0:0::1", "::1"},
        {"0:0:0:0:0:0:0:0", "::"},
        {"2001:0DB8::00AB", "2001:db8::ab"},
        {"2001:db8:0:0:0:0:0:0", "2001:db8::"},
        {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
        {"1:0:0:2:3:0:0:4", "1::2:3:0:0:4"},
        {"0:0:1:0:0:1:0:0", "::1:0:0:1:0:0"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        {"1:2:3:0:5:6:7:8", "1:2:3:0:5:6:7:8"},
        {"0:0:0:1::", "0:0:0:1::"},
        {"0:0:0:0:1::", "::1:0:0:0"},
        {"::ffff:102:304", "::ffff:1.2.3.4"},
        {"::ffff:0:0", "::ffff:0.0.0.0"},
        {"::1:0", "::0.1.0.0"},
        {"::0.0.0.1", "::1"},
        {"::1.2.3.4", "::1.2.3.4"},
        {"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
        {"::ffff:0:1.2.3.4", "::ffff:0:102:304"},
        {"::fffe:1.2.3.4", "::fffe:102:304"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"1000:200:30:4:5:60:700:8000", "1000:200:30:4:5:60:700:8000"},
        {"fe80::1%eth0", "fe80::1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct pn_addr a = parsed(cases[i][0]);
        char text[PN_ADDR_TEXT];
        size_t len = pn_addr_format(&a, text);
        CHECK_STR(text, cases[i][1]);
        CHECK_INT(len, strlen(text));
    }
}

static void
test_no_address_is_empty_text(void)
{
    struct pn_addr none = {0};
    char text[PN_ADDR_TEXT] = "x";
    CHECK_INT(pn_addr_format(&none, text), 0);
    CHECK_STR(text, "");
}

/* Random addresses, most with many zero groups: formatted as inet_ntop() does, and parsed to the same value. */
static void
test_as_inet_ntop(void)
{
    struct random_source r = {0x2545f4914f6cdd1d};
    for (int i = 0; i < 200000; i++) {
        struct pn_addr a = {0}, back;
        char want[INET6_ADDRSTRLEN], got[PN_ADDR_TEXT];
        a.family = i % 4 == 0 ? 4 : 6;
        for (int g = 0; g < 16; g += 2) {
            size_t kind = random_below(&r, 8);
            uint64_t value = kind < 4 ? 0 : kind == 4 ? 0xffff : kind == 5 ? random_below(&r, 300) : random_next(&r);
            if (a.family == 6 || g < 4) {
                a.bytes[g] = (uint8_t)(value >> 8);
                a.bytes[g + 1] = (uint8_t)value;
            }
        }
        CHECK(inet_ntop(a.family == 4 ? AF_INET : AF_INET6, a.bytes, want, sizeof(want)) != NULL);
        CHECK_INT(pn_addr_format(&a, got), strlen(want));
        CHECK_STR(got, want);
        CHECK_INT(pn_addr_parse(got, strlen(got), &back, NULL), 0);
        CHECK(memcmp(&a, &back, sizeof(a)) == 0);
    }
}

static void
test_same_ip(void)
{
    struct pn_addr a = parsed("1.2.3.4"), b = parsed("1.2.3.4");
    b.port = 80;
    CHECK(pn_addr_same_ip(&a, &b));
    b.bytes[3] = 5;
    CHECK(!pn_addr_same_ip(&a, &b));

    struct pn_addr mapped = parsed("::ffff:1.2.3.4"), zeros = parsed("::"), any = parsed("0.0.0.0");
    CHECK(!pn_addr_same_ip(&a, &mapped));
    CHECK(!pn_addr_same_ip(&zeros, &any));

    struct pn_addr c = parsed("fe80::1%lo"), d = parsed("FE80:0::1");
    CHECK(pn_addr_same_ip(&c, &d));
    d.scope = 2;
    CHECK(!pn_addr_same_ip(&c, &d));
    c.scope = 2;
    CHECK(pn_addr_same_ip(&c, &d));
    c.bytes[15] = 9;
    CHECK(!pn_addr_same_ip(&c, &d));
}

static void
test_unspecified(void)
{
    static const char *const yes[][2] = {{"0.0.0.0", "127.0.0.1"}, {"::", "::1"}, {"::ffff:0.0.0.0", "127.0.0.1"}};
    static const char *const no[] = {"0.0.0.1", "1.0.0.0", "::1", "1::", "::ffff:0.0.0.1", "::fffe:0.0.0.0", "::1:0:0"};
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        struct pn_addr a = parsed(yes[i][0]), wanted = parsed(yes[i][1]), loopback = pn_addr_loopback(&a);
        CHECK(pn_addr_is_unspecified(&a));
        CHECK(pn_addr_same_ip(&loopback, &wanted));
    }
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        struct pn_addr a = parsed(no[i]);
        CHECK(!pn_addr_is_unspecified(&a));
    }
    struct pn_addr none = {.family = 0};
    CHECK(!pn_addr_is_unspecified(&none));
}

static void
test_zone_is_handed_out(void)
{
    static const char text[] = "fe80::1%eth0.5";
    const char *zone = NULL;
    struct pn_addr a;
    CHECK_INT(pn_addr_parse(text, sizeof(text) - 1, &a, &zone), 0);
    CHECK(zone == text + 8);
    CHECK_INT(a.scope, 0);
    CHECK_INT(pn_addr_parse("::1", 3, &a, &zone), 0);
    CHECK(zone == NULL);
    CHECK_INT(pn_addr_parse("1.2.3.4", 7, &a, &zone), 0);
    CHECK(zone == NULL);
}

static void
test_no_allocation(void)
{
    struct pn_addr a = parsed("2001:db8::1");
    char text[PN_ADDR_TEXT];
    size_t before = hook_alloc_count();
    hook_fail_alloc(0, true);
    pn_addr_format(&a, text);
    CHECK(pn_addr_same_ip(&a, &a));
    hook_fail_alloc(-1, false);
    CHECK_INT(hook_alloc_count(), before);
    CHECK_STR(text, "2001:db8::1");
}

int
main(void)
{
    RUN(test_canonical_text);
    RUN(test_no_address_is_empty_text);
    RUN(test_as_inet_ntop);
    RUN(test_same_ip);
    RUN(test_unspecified);
    RUN(test_zone_is_handed_out);
    RUN(test_no_allocation);
    return 0;
}
