/* fuzz_blocklist.c - a block list against a naive list of rules: the input is a program of additions and removals. */
#include "fuzz.h"

#include "../naive_list.h"

enum { MOST_RULES = 200, BATCH = 8 };

/* A byte picks what the address begins with, another its last byte; or all its bytes come from the input. */
static struct pn_addr
draw_address(struct fuzz_bytes *b)
{
    struct pn_addr a = {0};
    uint8_t form = fuzz_byte(b);
    a.family = form & 1 ? 4 : 6;
    size_t len = a.family == 4 ? 4 : 16;
    switch (form >> 1 & 7) {
    case 0:
        break;
    case 1:
        memset(a.bytes, 0xff, len);
        break;
    case 2:
        a.bytes[0] = a.family == 4 ? 10 : 0x20;
        break;
    case 3:
        a.bytes[0] = 128;
        break;
    case 4:
    case 5: /* IPv4-mapped */
        if (a.family == 6) {
            a.bytes[10] = a.bytes[11] = 0xff;
            a.bytes[12] = form & 2 ? 10 : 0xff;
        }
        break;
    default:
        for (size_t i = 0; i < len; i++)
            a.bytes[i] = fuzz_byte(b);
        break;
    }
    if (form & 0x80)
        a.bytes[fuzz_byte(b) % len] = fuzz_byte(b);
    a.bytes[len - 1] = (uint8_t)(a.bytes[len - 1] ^ fuzz_byte(b));
    return a;
}

static struct pn_rule
draw_rule(struct fuzz_bytes *b)
{
    struct pn_rule rule = {.kind = (enum pn_rule_kind)(1 + fuzz_byte(b) % 3), .start = draw_address(b)};
    if (rule.kind == PN_RULE_SUBNET)
        rule.prefix = fuzz_byte(b) % (rule.start.family == 4 ? 33U : 129U);
    if (rule.kind == PN_RULE_RANGE)
        rule.end = draw_address(b);
    return rule;
}

static void
remove_rule(struct pn_blocklist *list, struct naive_list *n, const struct pn_rule *rule)
{
    bool there = naive_remove(n, rule);
    CHECK_INT(pn_blocklist_has_rule(list, rule), there);
    CHECK_INT(pn_blocklist_remove(list, rule), there);
    naive_check_ends(n, list, rule);
}

static void
add_batch(struct pn_blocklist *list, struct naive_list *n, struct fuzz_bytes *b)
{
    struct pn_rule batch[BATCH];
    size_t count = 1 + fuzz_byte(b) % BATCH;
    if (n->count + count > MOST_RULES)
        return;
    for (size_t i = 0; i < count; i++)
        batch[i] = draw_rule(b);
    CHECK_INT(pn_blocklist_add(list, batch, count), 0);
    for (size_t i = 0; i < count; i++)
        naive_add(n, &batch[i]);
    for (size_t i = 0; i < count; i++)
        naive_check_ends(n, list, &batch[i]);
}

/* The list goes on as its own copy. */
static void
change_to_copy(struct pn_blocklist *list)
{
    struct pn_blocklist copy;
    pn_blocklist_init(&copy, list->seed + 1);
    CHECK_INT(pn_blocklist_copy(&copy, list), 0);
    CHECK_INT(pn_blocklist_equal(&copy, list), 1);
    pn_blocklist_clear(list);
    *list = copy;
}

static void
one_step(struct pn_blocklist *list, struct naive_list *n, struct fuzz_bytes *b)
{
    struct pn_rule rule;
    struct pn_addr a;
    uint8_t what = fuzz_byte(b);
    switch (what % 8) {
    case 0:
    case 1:
    case 2:
        add_batch(list, n, b);
        break;
    case 3:
    case 4:
        if (n->count > 0) {
            rule = n->rules[fuzz_byte(b) % n->count];
            remove_rule(list, n, &rule);
        }
        break;
    case 5:
        rule = draw_rule(b);
        remove_rule(list, n, &rule);
        break;
    case 6:
        a = draw_address(b);
        naive_check_point(n, list, &a);
        break;
    default:
        if (what & 0x80) {
            change_to_copy(list);
        }
        else if (what & 0x40) {
            pn_blocklist_clear(list);
            n->count = 0;
        }
        naive_check_rules(n, list);
        break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes b = {data, data + size};
    static struct naive_list naive;
    struct naive_list *n = &naive;
    struct pn_blocklist list;
    n->count = 0;
    pn_blocklist_init(&list, fuzz_byte(&b));
    while (b.at != b.end)
        one_step(&list, n, &b);
    naive_check_rules(n, &list);
    while (n->count > 0) {
        struct pn_rule rule = n->rules[fuzz_byte(&b) % n->count];
        remove_rule(&list, n, &rule);
    }
    CHECK(list.tree4.memory == 0 && list.tree6.memory == 0);
    pn_blocklist_clear(&list);
    return 0;
}
