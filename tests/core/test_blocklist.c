/* needs: hooks */
/* test_blocklist.c - rules and checks: Node's table case by case, and random use against a naive list. */
#include "check.h"
#include "hooks.h"
#include "naive_list.h"

#include "core/blocklist.h"

static struct pn_addr
ip(const char *text)
{
    struct pn_addr a;
    CHECK_INT(pn_addr_parse(text, strlen(text), &a, NULL), 0);
    return a;
}

static struct pn_rule
address(const char *text)
{
    return (struct pn_rule){.kind = PN_RULE_ADDRESS, .start = ip(text)};
}

static struct pn_rule
subnet(const char *text, unsigned prefix)
{
    return (struct pn_rule){.kind = PN_RULE_SUBNET, .start = ip(text), .prefix = prefix};
}

static struct pn_rule
range(const char *start, const char *end)
{
    return (struct pn_rule){.kind = PN_RULE_RANGE, .start = ip(start), .end = ip(end)};
}

static void
add(struct pn_blocklist *list, struct pn_rule rule)
{
    CHECK_INT(pn_blocklist_add(list, &rule, 1), 0);
}

static bool
removed(struct pn_blocklist *list, struct pn_rule rule)
{
    bool there = pn_blocklist_has_rule(list, &rule);
    CHECK_INT(pn_blocklist_remove(list, &rule), there);
    return there;
}

static bool
blocked(const struct pn_blocklist *list, const char *text)
{
    struct pn_addr a = ip(text);
    return pn_blocklist_check(list, &a);
}

/* Writes the rules, newest first, in short: "1.2.3.4 1.0.0.0/8 ::1-::2". */
static const char *
shown(const struct pn_blocklist *list, char *out)
{
    char text[PN_ADDR_TEXT], *p = out;
    size_t cursor = 0;
    struct pn_rule r;
    *p = '\0';
    while (pn_blocklist_next(list, &cursor, &r)) {
        pn_addr_format(&r.start, text);
        p += sprintf(p, "%s%s", p == out ? "" : " ", text);
        if (r.kind == PN_RULE_SUBNET)
            p += sprintf(p, "/%u", r.prefix);
        if (r.kind == PN_RULE_RANGE) {
            pn_addr_format(&r.end, text);
            p += sprintf(p, "-%s", text);
        }
    }
    return out;
}

/* Checks a list of this one rule: it covers the addresses in `yes` and not those in `no`, separated by blanks. */
static void
check_rule(struct pn_rule rule, const char *yes, const char *no)
{
    struct pn_blocklist list;
    pn_blocklist_init(&list, 1);
    add(&list, rule);
    for (int wanted = 0; wanted < 2; wanted++) {
        char text[256];
        snprintf(text, sizeof(text), "%s", wanted ? yes : no);
        for (char *p = strtok(text, " "); p != NULL; p = strtok(NULL, " ")) {
            if (blocked(&list, p) != wanted) {
                char rules[256];
                fprintf(stderr, "%s %s blocked by %s\n", p, wanted ? "is not" : "is", shown(&list, rules));
                check_stop();
            }
        }
    }
    CHECK(removed(&list, rule));
    CHECK_INT(pn_blocklist_size(&list), 0);
    CHECK(list.tree4.memory == 0 && list.tree6.memory == 0);
    pn_blocklist_clear(&list);
}

static void
test_notations(void)
{
    check_rule(address("1.2.3.4"), "1.2.3.4 ::ffff:1.2.3.4", "::1.2.3.4 1.2.3.5 1.2.3.3 ::");
    check_rule(address("::ffff:1.2.3.4"), "1.2.3.4 ::ffff:1.2.3.4", "::1.2.3.4 ::ffff:1.2.3.5");
    check_rule(address("::1.2.3.4"), "::1.2.3.4", "1.2.3.4 ::ffff:1.2.3.4");
    check_rule(address("::1"), "::1", ":: ::2 0.0.0.1 ::ffff:0.0.0.1");
    check_rule(range("1.2.3.4", "1.2.3.8"), "1.2.3.4 ::ffff:1.2.3.8", "1.2.3.3 1.2.3.9 ::1.2.3.5");
    check_rule(range("::ffff:1.2.3.4", "::ffff:1.2.3.8"), "1.2.3.4 ::ffff:1.2.3.8", "1.2.3.3 1.2.3.9");
    check_rule(subnet("::ffff:1.2.3.4", 120), "1.2.3.0 1.2.3.255 ::ffff:1.2.3.9", "1.2.4.0 1.2.2.255");
    check_rule(subnet("::ffff:0.0.0.0", 96), "0.0.0.0 255.255.255.255 ::ffff:1.2.3.4", "::1 ::fffe:0:0 ::1:0:0:0");
    check_rule(subnet("0.0.0.0", 0), "0.0.0.0 255.255.255.255 ::ffff:1.2.3.4", "::1 ::1.2.3.4");
    check_rule(range("0.0.0.0", "255.255.255.255"), "0.0.0.0 ::ffff:255.255.255.255", "::1 ::fffe:ffff:ffff");
}

/* An IPv6 subnet that includes all IPv4-mapped addresses covers IPv4; an IPv6 range with the same ends does not. */
static void
test_wide_rules(void)
{
    const char *last = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    check_rule(subnet("::", 0), "1.1.1.1 ::ffff:1.1.1.1 ::1 1000:: ffff::", "");
    check_rule(subnet("::", 80), "0.0.0.0 255.255.255.255 ::ffff:1.1.1.1 ::1", "0:0:0:0:1::");
    check_rule(subnet("::", 81), "::1 ::7fff:0:0", "1.1.1.1 ::ffff:1.1.1.1");
    check_rule(subnet("::", 95), "::1 ::1:0:0", "1.1.1.1 ::ffff:1.1.1.1");
    check_rule(subnet("::ffff:0:0", 95), "::fffe:1.1.1.1 1.1.1.1 ::ffff:1.1.1.1", "::1");
    check_rule(range("::", last), "::ffff:1.1.1.1 ::1 1000:: ffff::", "1.1.1.1 0.0.0.0");
    check_rule(range("::ffff:1.1.1.1", "2000::"), "::ffff:1.1.1.1 ::ffff:2.2.2.2 1000::", "1.1.1.1 2.2.2.2 ::1");
    check_rule(range("::", "::ffff:1.1.1.1"), "::ffff:1.1.1.1 ::1 ::ffff:0.0.0.1", "1.1.1.1 ::ffff:2.2.2.2 1000::");
}

static void
test_mixed_ranges(void)
{
    check_rule(range("1.1.1.1", "::ffff:2.2.2.2"), "1.1.1.1 2.2.2.2 ::ffff:1.5.5.5", "::1 2.2.2.3 1.1.1.0");
    check_rule(range("::ffff:1.1.1.1", "2.2.2.2"), "1.1.1.1 2.2.2.2 ::ffff:1.5.5.5", "::1 2.2.2.3 1.1.1.0");
    check_rule(range("1.1.1.1", "2000::"), "::ffff:1.1.1.1 ::ffff:2.2.2.2",
               "1.1.1.1 2.2.2.2 ::1 1000:: ::ffff:0.0.0.1");
    check_rule(range("1.1.1.1", "::1"), "", "1.1.1.1 2.2.2.2 ::ffff:1.1.1.1 ::1 ::");
    check_rule(range("::", "1.1.1.1"), "::ffff:1.1.1.1 ::ffff:0.0.0.1", "1.1.1.1 0.0.0.1 ::1 ::ffff:2.2.2.2");
    check_rule(range("2000::", "1.1.1.1"), "", "1.1.1.1 ::ffff:1.1.1.1 2000:: ::1");
    check_rule(range("1.1.1.9", "1.1.1.1"), "", "1.1.1.1 1.1.1.9 1.1.1.5");
}

static void
test_ends_and_prefixes(void)
{
    const char *last = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", *before = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe";
    check_rule(address("255.255.255.255"), "255.255.255.255", "255.255.255.254 0.0.0.0");
    check_rule(address("0.0.0.0"), "0.0.0.0 ::ffff:0.0.0.0", "255.255.255.255 0.0.0.1 ::");
    check_rule(subnet("255.255.255.255", 32), "255.255.255.255", "255.255.255.254");
    check_rule(subnet("128.0.0.1", 1), "128.0.0.0 255.255.255.255", "127.255.255.255");
    check_rule(subnet("10.1.2.3", 15), "10.0.0.0 10.1.255.255", "9.255.255.255 10.2.0.0");
    check_rule(subnet("10.1.2.3", 31), "10.1.2.2 10.1.2.3", "10.1.2.1 10.1.2.4");
    check_rule(range("255.255.255.254", "255.255.255.255"), "255.255.255.254 255.255.255.255", "255.255.255.253");
    check_rule(address(last), last, before);
    check_rule(subnet(last, 128), last, before);
    check_rule(subnet(last, 127), last, "::");
    check_rule(subnet("8000::1", 1), "8000:: ffff::", "7fff:: ::");
    check_rule(subnet("2001:db8::1", 63), "2001:db8:: 2001:db8:0:1:ffff::", "2001:db8:0:2:: 2001:db7::");
    check_rule(subnet("2001:db8::1", 64), "2001:db8:: 2001:db8:0:0:ffff::", "2001:db8:0:1::");
    check_rule(subnet("2001:db8::1", 65), "2001:db8:: 2001:db8::7fff:0:0:0", "2001:db8:0:0:8000::");
    check_rule(subnet("2001:db8::1", 96), "2001:db8:: 2001:db8::ffff:ffff", "2001:db8::1:0:0");
    check_rule(range("0:0:0:1::", last), "0:0:0:1:: ffff::", "::ffff:ffff:ffff:ffff 1.1.1.1");
}

static void
test_rules(void)
{
    struct pn_blocklist list;
    char text[512];
    pn_blocklist_init(&list, 42);
    CHECK_STR(shown(&list, text), "");
    add(&list, address("1.2.3.4"));
    add(&list, range("2.2.2.2", "2.2.2.9"));
    add(&list, subnet("3.3.3.3", 24));
    add(&list, address("::1"));
    add(&list, range("::1", "1.1.1.1"));
    CHECK_STR(shown(&list, text), "::1-1.1.1.1 ::1 3.3.3.3/24 2.2.2.2-2.2.2.9 1.2.3.4");
    /* an address is one rule, in the notation written last */
    add(&list, address("::ffff:1.2.3.4"));
    CHECK_STR(shown(&list, text), "::ffff:1.2.3.4 ::1-1.1.1.1 ::1 3.3.3.3/24 2.2.2.2-2.2.2.9");
    add(&list, subnet("3.3.3.3", 24));
    add(&list, subnet("3.3.3.4", 24));
    CHECK_STR(shown(&list, text), "3.3.3.4/24 3.3.3.3/24 ::ffff:1.2.3.4 ::1-1.1.1.1 ::1 3.3.3.3/24 2.2.2.2-2.2.2.9");
    CHECK_INT(pn_blocklist_size(&list), 7);
    CHECK(!removed(&list, subnet("3.3.3.0", 24)));
    CHECK(!removed(&list, subnet("3.3.3.3", 25)));
    CHECK(!removed(&list, subnet("::ffff:3.3.3.3", 120)));
    CHECK(!removed(&list, range("2.2.2.2", "2.2.2.8")));
    CHECK(!removed(&list, range("::ffff:2.2.2.2", "::ffff:2.2.2.9")));
    CHECK(removed(&list, subnet("3.3.3.3", 24)));
    CHECK_STR(shown(&list, text), "3.3.3.4/24 ::ffff:1.2.3.4 ::1-1.1.1.1 ::1 3.3.3.3/24 2.2.2.2-2.2.2.9");
    CHECK(removed(&list, subnet("3.3.3.4", 24)));
    CHECK(blocked(&list, "3.3.3.200"));
    CHECK(removed(&list, subnet("3.3.3.3", 24)) && !removed(&list, subnet("3.3.3.3", 24)));
    CHECK(!blocked(&list, "3.3.3.200"));
    CHECK(removed(&list, address("1.2.3.4")) && !removed(&list, address("1.2.3.4")));
    CHECK(removed(&list, range("::1", "1.1.1.1")));
    CHECK_STR(shown(&list, text), "::1 2.2.2.2-2.2.2.9");
    pn_blocklist_clear(&list);
    CHECK_INT(pn_blocklist_size(&list), 0);
    CHECK_INT(pn_blocklist_memory(&list), 0);
    CHECK_STR(shown(&list, text), "");
    add(&list, address("9.9.9.9"));
    CHECK_STR(shown(&list, text), "9.9.9.9");
    pn_blocklist_clear(&list);
}

static void
test_compare(void)
{
    static const struct {
        const char *a, *b;
        int want;
    } t[] = {
        {"1.1.1.1", "1.1.1.2", -1},
        {"1.1.1.2", "1.1.1.1", 1},
        {"1.1.1.1", "::ffff:1.1.1.1", 0},
        {"::ffff:1.1.1.2", "1.1.1.1", 1},
        {"1.1.1.1", "::", 2},
        {"ffff::", "1.1.1.1", 2},
        {"::1", "::2", -1},
        {"1::", "::2", 1},
        {"::1", "::1", 0},
        {"::ffff:1.1.1.1", "2000::", -1},
        {"128.0.0.0", "1.0.0.0", 1},
        {"ffff::", "::", 1},
    };
    for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
        struct pn_addr a = ip(t[i].a), b = ip(t[i].b);
        CHECK_INT(pn_addr_compare(&a, &b), t[i].want);
    }
}

static void
test_equal_and_copy(void)
{
    struct pn_blocklist a, b;
    pn_blocklist_init(&a, 1);
    pn_blocklist_init(&b, 2);
    CHECK_INT(pn_blocklist_equal(&a, &b), 1);
    CHECK_INT(pn_blocklist_copy(&b, &a), 0);
    add(&a, address("1.2.3.4"));
    add(&a, subnet("10.0.0.1", 8));
    add(&a, subnet("10.0.0.1", 8));
    add(&a, range("::1", "::9"));
    CHECK_INT(pn_blocklist_equal(&a, &b), 0);
    add(&b, range("::1", "::9"));
    add(&b, subnet("10.0.0.1", 8));
    add(&b, address("::ffff:1.2.3.4"));
    add(&b, address("5.5.5.5"));
    CHECK_INT(pn_blocklist_equal(&a, &b), 0);
    CHECK(removed(&b, address("5.5.5.5")));
    add(&b, subnet("10.0.0.1", 8));
    CHECK_INT(pn_blocklist_equal(&a, &b), 1);
    CHECK_INT(pn_blocklist_equal(&a, &a), 1);
    add(&a, subnet("10.0.0.2", 8));
    add(&b, subnet("10.0.0.1", 8));
    CHECK_INT(pn_blocklist_equal(&a, &b), 0);
    pn_blocklist_clear(&b);
    CHECK_INT(pn_blocklist_copy(&b, &a), 0);
    CHECK_INT(pn_blocklist_equal(&a, &b), 1);
    CHECK(removed(&b, address("1.2.3.4")) && blocked(&a, "1.2.3.4") && !blocked(&b, "1.2.3.4"));
    add(&b, address("::7"));
    CHECK_INT(pn_blocklist_size(&a), 5);
    CHECK_INT(pn_blocklist_equal(&a, &b), 0);
    pn_blocklist_clear(&a);
    pn_blocklist_clear(&b);
}

/* --- against the naive list --- */

/* Chooses from few addresses, so that rules overlap: near the ends and the middle of both families. */
static struct pn_addr
random_address(struct random_source *r)
{
    static const char *const bases[] = {
        "0.0.0.0",
        "255.255.255.0",
        "10.0.0.0",
        "10.0.1.0",
        "::",
        "::ffff:0:0",
        "::ffff:10.0.0.0",
        "2001:db8::",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00",
    };
    struct pn_addr a = ip(bases[random_below(r, sizeof(bases) / sizeof(*bases))]);
    a.bytes[a.family == 4 ? 3 : 15] = (uint8_t)random_next(r);
    if (random_below(r, 20) == 0)
        a.bytes[random_below(r, a.family == 4 ? 4 : 16)] = (uint8_t)random_next(r);
    a.port = (uint16_t)random_next(r); /* port and scope are ignored */
    a.scope = (uint32_t)random_next(r);
    return a;
}

static struct pn_rule
random_rule(struct random_source *r)
{
    struct pn_rule rule = {.kind = (enum pn_rule_kind)(1 + random_below(r, 3)), .start = random_address(r)};
    unsigned bits = rule.start.family == 4 ? 32 : 128;
    if (rule.kind == PN_RULE_SUBNET)
        rule.prefix =
            random_below(r, 4) == 0 ? (unsigned)random_below(r, bits + 1) : bits - (unsigned)random_below(r, 9);
    if (rule.kind == PN_RULE_RANGE) {
        rule.end = rule.start;
        rule.end.bytes[bits / 8 - 1] |= (uint8_t)random_next(r);
        if (random_below(r, 8) == 0)
            rule.end = random_address(r); /* may end before it starts */
    }
    return rule;
}

static void
test_random(void)
{
    struct naive_list *n = calloc(1, sizeof(*n));
    struct random_source r = {4711};
    struct pn_blocklist list;
    CHECK(n != NULL);
    pn_blocklist_init(&list, random_next(&r));
    for (int turn = 0; turn < 4000; turn++) {
        struct pn_rule rule = random_rule(&r);
        /* alternates between short and long lists */
        size_t much = turn / 500 % 2 ? 100 : 8;
        if (n->count > 0 && random_below(&r, 100) < (n->count > much ? 60 : 35)) {
            if (random_below(&r, 4) > 0)
                rule = n->rules[random_below(&r, n->count)];
            CHECK_INT(removed(&list, rule), naive_remove(n, &rule));
        }
        else {
            add(&list, rule);
            naive_add(n, &rule);
        }
        naive_check_rules(n, &list);
        naive_check_ends(n, &list, &rule);
        struct pn_addr a = random_address(&r);
        naive_check_point(n, &list, &a);
    }
    pn_blocklist_clear(&list);
    free(n);
}

/* Removes all rules of a list, in any order: nothing remains, and gaps do not accumulate. */
static void
test_many(void)
{
    enum { MANY = 20000 };
    struct pn_rule *rules = calloc(MANY, sizeof(*rules));
    struct random_source r = {5};
    struct pn_blocklist list;
    CHECK(rules != NULL);
    pn_blocklist_init(&list, 3);
    for (int i = 0; i < MANY; i++) {
        rules[i] = (struct pn_rule){.kind = PN_RULE_SUBNET, .prefix = (unsigned)(8 + random_below(&r, 25))};
        rules[i].start.family = 4;
        for (int k = 0; k < 4; k++)
            rules[i].start.bytes[k] = (uint8_t)(random_next(&r) >> 20);
    }
    CHECK_INT(pn_blocklist_add(&list, rules, MANY), 0);
    CHECK_INT(pn_blocklist_size(&list), MANY);
    CHECK(pn_blocklist_memory(&list) < MANY * (size_t)128);
    for (int i = MANY; i-- > 0;) {
        struct pn_rule swap = rules[i];
        size_t k = random_below(&r, (size_t)i + 1);
        rules[i] = rules[k];
        rules[k] = swap;
        CHECK(removed(&list, rules[i]));
        CHECK(list.count <= 2 * list.live + 64);
    }
    CHECK_INT(pn_blocklist_size(&list), 0);
    CHECK(list.tree4.memory == 0 && list.tree6.memory == 0);
    /* the same address again and again */
    for (int i = 0; i < MANY; i++)
        add(&list, i & 1 ? address("1.2.3.4") : address("::ffff:1.2.3.4"));
    CHECK_INT(pn_blocklist_size(&list), 1);
    CHECK(list.count <= 70 && list.wide_count <= 70);
    pn_blocklist_clear(&list);
    free(rules);
}

/* A cursor from before a change is harmless. */
static void
test_change_while_listing(void)
{
    struct pn_blocklist list;
    struct pn_rule r;
    size_t cursor = 0;
    pn_blocklist_init(&list, 3);
    for (int i = 0; i < 200; i++) {
        struct pn_rule rule = address("1.2.3.4");
        rule.start.bytes[3] = (uint8_t)i;
        add(&list, rule);
    }
    CHECK(pn_blocklist_next(&list, &cursor, &r));
    for (int i = 100; i < 200; i++) {
        struct pn_rule rule = address("1.2.3.4");
        rule.start.bytes[3] = (uint8_t)i;
        CHECK(removed(&list, rule));
    }
    CHECK(pn_blocklist_next(&list, &cursor, &r));
    CHECK_INT(r.start.bytes[3], 99);
    pn_blocklist_clear(&list);
    CHECK(!pn_blocklist_next(&list, &cursor, &r));
}

/* --- out of memory --- */

static void
test_nothing_half_added(void)
{
    enum { BATCH = 60 };
    struct naive_list *n = calloc(1, sizeof(*n));
    struct random_source r = {815};
    struct pn_rule batch[BATCH];
    size_t before = hook_alloc_live();
    CHECK(n != NULL);
    for (long fail = 0;; fail++) {
        struct pn_blocklist list;
        n->count = 0;
        pn_blocklist_init(&list, 7);
        for (int i = 0; i < 100; i++) {
            struct pn_rule rule = random_rule(&r);
            add(&list, rule);
            naive_add(n, &rule);
        }
        for (int i = 0; i < BATCH; i++)
            batch[i] = i % 3 ? random_rule(&r) : n->rules[random_below(&r, n->count)];
        hook_fail_alloc(fail, true);
        int status = pn_blocklist_add(&list, batch, BATCH);
        bool failed = hook_alloc_failed();
        CHECK_INT(status, failed ? -1 : 0);
        if (failed) {
            naive_check_rules(n, &list);
            for (int i = 0; i < BATCH; i++)
                naive_check_ends(n, &list, &batch[i]);
            hook_fail_alloc(-1, false);
            CHECK_INT(pn_blocklist_add(&list, batch, BATCH), 0);
        }
        hook_fail_alloc(0, true); /* removing needs no memory */
        for (int i = 0; i < BATCH; i++)
            naive_add(n, &batch[i]);
        naive_check_rules(n, &list);
        while (n->count > 0) {
            struct pn_rule newest = n->rules[n->count - 1];
            naive_check_ends(n, &list, &newest);
            CHECK(removed(&list, newest));
            n->count--;
        }
        CHECK(list.tree4.memory == 0 && list.tree6.memory == 0);
        hook_fail_alloc(-1, false);
        pn_blocklist_clear(&list);
        CHECK_INT(hook_alloc_live(), before);
        if (!failed) {
            CHECK(fail > 5);
            break;
        }
    }
    free(n);
}

static void
test_copy_and_equal_fail(void)
{
    struct pn_blocklist list, copy;
    struct random_source r = {9};
    size_t before = hook_alloc_live();
    pn_blocklist_init(&list, 7);
    for (int i = 0; i < 300; i++)
        add(&list, random_rule(&r));
    for (long fail = 0;; fail++) {
        pn_blocklist_init(&copy, 8);
        hook_fail_alloc(fail, false);
        int status = pn_blocklist_copy(&copy, &list);
        bool failed = hook_alloc_failed();
        hook_fail_alloc(-1, false);
        CHECK_INT(status, failed ? -1 : 0);
        if (!failed)
            break;
        CHECK(pn_blocklist_size(&copy) == 0 && pn_blocklist_memory(&copy) == 0);
    }
    for (long fail = 0; fail < 2; fail++) {
        hook_fail_alloc(fail, false);
        CHECK_INT(pn_blocklist_equal(&copy, &list), -1);
    }
    hook_fail_alloc(-1, false);
    CHECK_INT(pn_blocklist_equal(&copy, &list), 1);
    /* a check allocates nothing */
    size_t made = hook_alloc_count();
    CHECK(blocked(&list, "10.0.0.1") || true);
    CHECK_INT(hook_alloc_count(), made);
    pn_blocklist_clear(&list);
    pn_blocklist_clear(&copy);
    CHECK_INT(hook_alloc_live(), before);
}

/* Many rules at once are sorted: the same as one by one, or none when out of memory. */
static void
test_many_at_once(void)
{
    enum { MANY = 3000 };
    static struct pn_rule rules[MANY];
    struct pn_blocklist once, single;
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t n = i * UINT32_C(2654435761);
        struct pn_addr a = {.family = i % 5 == 0 ? 6 : 4};
        memcpy(a.bytes, &n, sizeof(n));
        rules[i] = (struct pn_rule){.kind = i % 3 ? PN_RULE_SUBNET : PN_RULE_ADDRESS, .start = a};
        rules[i].prefix = i % 3 ? 8 + n % 25 : 0;
        if (i % 7 == 6)
            rules[i] = rules[i / 2];
    }
    size_t before = hook_alloc_live();
    pn_blocklist_init(&once, 1);
    pn_blocklist_init(&single, 1);
    for (size_t i = 0; i < MANY; i++)
        add(&single, rules[i]);
    add(&once, rules[1]);
    add(&once, rules[6]);
    for (long fail = 0, step = 1;; fail += step++) {
        hook_fail_alloc(fail, true);
        int status = pn_blocklist_add(&once, rules, MANY);
        bool failed = hook_alloc_failed();
        hook_fail_alloc(-1, false);
        if (status == 0) {
            CHECK(!failed);
            CHECK(fail > 5);
            break;
        }
        CHECK(failed);
        CHECK_INT(pn_blocklist_size(&once), 2);
        CHECK(!blocked(&once, "9.9.9.9"));
    }
    CHECK(pn_blocklist_remove(&once, &rules[1]));
    CHECK_INT(pn_blocklist_size(&once), pn_blocklist_size(&single) + (rules[6].kind == PN_RULE_SUBNET));
    pn_blocklist_clear(&once);
    /* into an empty list: one allocation fails, or all from it on */
    for (long fail = 0; fail < 2000; fail += fail < 20 ? 1 : 7) {
        hook_fail_alloc(fail / 2, fail % 2);
        int status = pn_blocklist_add(&once, rules, MANY);
        hook_fail_alloc(-1, false);
        CHECK(status == 0 || pn_blocklist_size(&once) == 0);
        if (status == 0) {
            CHECK_INT(pn_blocklist_equal(&once, &single), 1);
            for (size_t i = 0; i < MANY; i += 11)
                CHECK(pn_blocklist_check(&once, &rules[i].start));
            for (size_t i = 0; i < MANY; i++)
                pn_blocklist_remove(&once, &rules[i]);
            CHECK_INT(pn_blocklist_size(&once), 0);
            CHECK(once.tree4.root == NULL && once.tree4.memory == 0);
        }
    }
    CHECK_INT(pn_blocklist_add(&once, rules, MANY), 0);
    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t n = i * UINT32_C(40503) * UINT32_C(65537);
        struct pn_addr a = {.family = 4};
        memcpy(a.bytes, &n, sizeof(n));
        CHECK_INT(pn_blocklist_check(&once, &a), pn_blocklist_check(&single, &a));
    }
    for (size_t i = 0; i < MANY; i++)
        pn_blocklist_remove(&once, &rules[i]);
    CHECK_INT(pn_blocklist_size(&once), 0);
    CHECK(once.tree4.root == NULL && once.tree6.root == NULL);
    pn_blocklist_clear(&once);
    pn_blocklist_clear(&single);
    CHECK_INT(hook_alloc_live(), before);
}

int
main(void)
{
    RUN(test_notations);
    RUN(test_wide_rules);
    RUN(test_mixed_ranges);
    RUN(test_ends_and_prefixes);
    RUN(test_rules);
    RUN(test_compare);
    RUN(test_equal_and_copy);
    RUN(test_random);
    RUN(test_many);
    RUN(test_change_while_listing);
    RUN(test_nothing_half_added);
    RUN(test_many_at_once);
    RUN(test_copy_and_equal_fail);
    return 0;
}
