/* needs: hooks */
/* test_ip.c - which strings are IP literals: Node's isIP(), case by case, and against a second implementation. */
#include "check.h"
#include "hooks.h"

#include "core/addr.h"

#include <arpa/inet.h>

static const char *const accepted4[] = {
    "127.0.0.1", "0.0.0.0", "255.255.255.255", "1.2.3.4", "10.0.0.1", "192.168.100.200", "249.99.9.0",
};

static const char *const accepted6[] = {
    "::",
    "::1",
    "1::",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1::3:4:5:6:7:8",
    "0000::1",
    "::FFFF",
    "2001:DB8::aB",
    "::ffff:1.2.3.4",
    "::FFFF:1.2.3.4",
    "::1.2.3.4",
    "1::1.2.3.4",
    "1:2:3:4:5:6:1.2.3.4",
    "1:2:3:4:5::1.2.3.4",
    "64:ff9b::1.2.3.4",
    "::ffff:0:0",
    "1:2:3::7:8",
    "0:0:0:0:0:0:0:0",
    "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
    "::1%eth0",
    "fe80::1%25eth0",
    "fe80::1%25",
    "fe80::1%0",
    "fe80::1%a-b.c:d",
    "::ffff:1.2.3.4%eth0",
    "::%1",
    "1:2:3:4:5:6:7::%Zz9",
    "::1%:",
    "::1%.",
    "::1%-",
};

static const char *const refused[] = {
    "",
    "256.0.0.1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.",
    ".1.2.3.4",
    "1.2.3.4.",
    "01.2.3.4",
    "1.2.3.04",
    "00.0.0.0",
    "1.2.3.00",
    " 1.2.3.4",
    "1.2.3.4 ",
    "1.2.3.4\n",
    "1.2.3.4\t",
    "1.2.3.4/24",
    "1.2.3.4:80",
    "0x7f.0.0.1",
    "127.1",
    "2130706433",
    "+1.2.3.4",
    "-1.2.3.4",
    "1.2.3.+4",
    "1.2.3.4%eth0",
    "1.2.3.4%",
    "1..2.3",
    "1000.2.3.4",
    "1.2.3.1000",
    "\xef\xbc\x91.2.3.4",
    "1\343\200\2022.3.4",
    "1.2.3.\xd9\xa4",
    "1.2.3.4294967297",
    "1,2,3,4",
    "a.b.c.d",
    ":::",
    ":",
    "1",
    "1:2",
    "1::2::3",
    "::1::",
    "1:::2",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:",
    ":1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1:2:3:4::5:6:7:8",
    "00000::1",
    "::12345",
    "::g",
    "0x1::",
    "-1::",
    "1:2:3:4:5:6:7:1.2.3.4",
    "1:2:3:4:5:1.2.3.4",
    "1:2:3:4:5:6::1.2.3.4",
    "::1.2.3.4:5",
    "1.2.3.4::",
    "::ffff:1.2.3.256",
    "::ffff:01.2.3.4",
    "::ffff:1.2.3",
    "::ffff:1.2.3.4.5",
    "::.1.2.3",
    "::1.",
    "[::1]",
    "::1/128",
    " ::1",
    "::1 ",
    "::1\n",
    "::\xc3\xa9",
    "::1%",
    "::%",
    "::1%a%b",
    "::1%%",
    "::1%a_b",
    "::1%a b",
    "::1%a/b",
    "::1%[",
    "::1%\xc3\xa9",
    "::1%@",
    "::1%`",
    "::1%{",
    "::1%\xef\xbc\x91",
    "%eth0",
    "1:%a",
    "::1:%a",
    "localhost",
    "example.com",
    "12345",
    "abcd",
    "ffff:",
    "1:2:3:4:5:6:7:8%",
    "....",
    "::....",
};

/* Calls both functions for one text, from a block of exactly its size, so that the sanitizer sees a read past it. */
static int
version_of(const char *text, size_t len)
{
    char *exact = malloc(len ? len : 1);
    CHECK(exact != NULL);
    memcpy(exact, text, len);
    int version = pn_ip_version(exact, len);
    struct pn_addr addr, before;
    const char *zone = "untouched";
    memset(&addr, 0xa5, sizeof(addr));
    before = addr;
    int status = pn_addr_parse(exact, len, &addr, &zone);
    if (version == 0) {
        CHECK_INT(status, -1);
        CHECK(memcmp(&addr, &before, sizeof(addr)) == 0);
    }
    else {
        const char *percent = memchr(exact, '%', len);
        CHECK_INT(status, 0);
        CHECK_INT(addr.family, version);
        CHECK_INT(addr.port, 0);
        CHECK_INT(addr.scope, 0);
        CHECK(zone == (percent ? percent + 1 : NULL));
    }
    free(exact);
    return version;
}

static void
check_all(const char *const *texts, size_t count, int version)
{
    for (size_t i = 0; i < count; i++) {
        int got = version_of(texts[i], strlen(texts[i]));
        if (got != version) {
            fprintf(stderr, "\"%s\": %d, not %d\n", texts[i], got, version);
            check_stop();
        }
    }
}

static void
test_tables(void)
{
    check_all(accepted4, sizeof(accepted4) / sizeof(*accepted4), 4);
    check_all(accepted6, sizeof(accepted6) / sizeof(*accepted6), 6);
    check_all(refused, sizeof(refused) / sizeof(*refused), 0);
}

static void
test_nul_is_no_end(void)
{
    CHECK_INT(version_of("1.2.3.4\0", 8), 0);
    CHECK_INT(version_of("::1\0", 4), 0);
    CHECK_INT(version_of("::1%a\0b", 7), 0);
    CHECK_INT(version_of("\0", 1), 0);
    CHECK_INT(version_of("1.2.3.4", 6), 0);  /* "1.2.3." */
    CHECK_INT(version_of("1.2.3.45", 7), 4); /* does not read beyond the length */
    CHECK_INT(version_of("::1234", 5), 6);
}

static void
test_long_zone(void)
{
    size_t len = 1000000;
    char *text = malloc(len);
    CHECK(text != NULL);
    memset(text, 'a', len);
    memcpy(text, "fe80::1%", 8);
    CHECK_INT(version_of(text, len), 6);
    text[len - 1] = '_';
    CHECK_INT(version_of(text, len), 0);
    free(text);
}

/* Every dotted quad with one field of each value up to 999, in each place, with and without a leading zero. */
static void
test_all_octets(void)
{
    char text[32];
    for (unsigned value = 0; value < 1000; value++) {
        for (int place = 0; place < 4; place++) {
            for (int zeros = 0; zeros < 3; zeros++) {
                char field[8];
                int n = 0;
                snprintf(field, sizeof(field), "%.*s%u", zeros, "00", value);
                for (int i = 0; i < 4; i++)
                    n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%s", i ? "." : "", i == place ? field : "7");
                CHECK_INT(version_of(text, (size_t)n), value <= 255 && zeros == 0 ? 4 : 0);
            }
        }
    }
}

/* Each count of groups, each place of the `::`, with and without an IPv4 tail: counting alone decides. */
static void
test_all_shapes(void)
{
    for (int groups = 0; groups <= 9; groups++) {
        for (int tail = 0; tail <= 1; tail++) {
            int parts = groups + tail;
            for (int gap = -1; gap <= parts; gap++) {
                char text[128] = "";
                for (int i = 0; i < parts; i++) {
                    strcat(text, i == gap ? "::" : i ? ":" : "");
                    strcat(text, i < groups ? "1a" : "1.2.3.4");
                }
                if (gap == parts)
                    strcat(text, "::");
                int width = groups + 2 * tail;
                bool valid = gap < 0 ? width == 8 : width <= 7 && !(tail && gap == parts);
                int want = valid ? 6 : gap < 0 && groups == 0 && tail ? 4 : 0;
                CHECK_INT(version_of(text, strlen(text)), want);
                strcat(text, "%eth0");
                CHECK_INT(version_of(text, strlen(text)), want == 6 ? 6 : 0);
            }
        }
    }
}

#ifdef __GLIBC__
static bool
zone_is_good(const char *zone)
{
    static const char good[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:-";
    return *zone != '\0' && strspn(zone, good) == strlen(zone);
}

/* Parses `text` with the C library; checks its zone separately. With glibc the two grammars are the same. */
static int
second_opinion(const char *text, uint8_t bytes[16])
{
    char plain[256];
    snprintf(plain, sizeof(plain), "%s", text);
    char *percent = strchr(plain, '%');
    if (percent == NULL && inet_pton(AF_INET, plain, bytes) == 1)
        return 4;
    if (percent != NULL) {
        *percent = '\0';
        if (!zone_is_good(percent + 1))
            return 0;
    }
    return inet_pton(AF_INET6, plain, bytes) == 1 ? 6 : 0;
}

/* Makes a text near the grammar: random pieces, then perhaps a random edit. */
static void
random_text(struct random_source *r, char *out)
{
    static const char *const pieces[] = {
        ":",     ":",       ":",       "::",  ".",     ".",      "0",    "1",    "f",  "ff",
        "fe80",  "2001",    "1.2.3.4", "255", "256",   "99",     "00",   "A",    "%",  "%eth0",
        "1:2:3", "5:6:7:8", "::1",     "g",   "12345", "1.2.3.", "ffff", "c0de", "10", "127",
    };
    static const char edits[] = "0123456789abcdefABCDEF:.:.%gz_- \n/";
    size_t count = random_below(r, 11), len = 0;
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[random_below(r, sizeof(pieces) / sizeof(*pieces))];
        memcpy(out + len, piece, strlen(piece));
        len += strlen(piece);
        if (random_below(r, 2) == 0 && i + 1 < count)
            out[len++] = random_below(r, 3) == 0 ? '.' : ':';
    }
    out[len] = '\0';
    if (len > 0 && random_below(r, 3) == 0)
        out[random_below(r, len)] = edits[random_below(r, sizeof(edits) - 1)];
}

static void
test_random_texts(void)
{
    struct random_source r = {0x9e3779b97f4a7c15};
    int seen[7] = {0};
    for (int i = 0; i < 300000; i++) {
        char text[256];
        uint8_t bytes[16] = {0};
        random_text(&r, text);
        int want = second_opinion(text, bytes);
        int got = pn_ip_version(text, strlen(text));
        seen[want]++;
        if (got != want) {
            fprintf(stderr, "\"%s\": %d, not %d\n", text, got, want);
            check_stop();
        }
        if (want != 0) {
            struct pn_addr a;
            CHECK_INT(pn_addr_parse(text, strlen(text), &a, NULL), 0);
            CHECK(memcmp(a.bytes, bytes, want == 4 ? 4 : 16) == 0);
        }
    }
    CHECK(seen[0] > 1000 && seen[4] > 500 && seen[6] > 1000);
}
#endif

static void
test_no_allocation(void)
{
    size_t before = hook_alloc_count();
    struct pn_addr a;
    hook_fail_alloc(0, true);
    CHECK_INT(pn_ip_version("fe80::1%eth0", 12), 6);
    CHECK_INT(pn_addr_parse("::ffff:1.2.3.4", 14, &a, NULL), 0);
    hook_fail_alloc(-1, false);
    CHECK_INT(hook_alloc_count(), before);
}

int
main(void)
{
    RUN(test_tables);
    RUN(test_nul_is_no_end);
    RUN(test_long_zone);
    RUN(test_all_octets);
    RUN(test_all_shapes);
#ifdef __GLIBC__
    RUN(test_random_texts);
#endif
    RUN(test_no_allocation);
    return 0;
}
