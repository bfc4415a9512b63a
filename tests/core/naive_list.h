/* naive_list.h - a block list without any optimisation: the reference for the real one.
 *
 * It checks every rule in turn by comparing bytes. It uses nothing of csrc/core but the structs. */
#ifndef PN_TEST_NAIVE_LIST_H
#define PN_TEST_NAIVE_LIST_H

#include "check.h"

#include "core/blocklist.h"

enum { NAIVE_MAX = 4096 };

struct naive_list {
    struct pn_rule rules[NAIVE_MAX]; /* oldest first */
    size_t count;
};

/* Writes 16 bytes, IPv4 as IPv4-mapped. */
static inline void
naive_bytes(const struct pn_addr *a, uint8_t out[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (a->family == 6) {
        memcpy(out, a->bytes, 16);
        return;
    }
    memcpy(out, mapped, 12);
    memcpy(out + 12, a->bytes, 4);
}

/* Returns whether the address is IPv4, in either notation. */
static inline bool
naive_is_ipv4(const struct pn_addr *a)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    return a->family == 4 || memcmp(a->bytes, mapped, 12) == 0;
}

/* Returns -1, 0 or 1, or 2 if not comparable: one is IPv4, the second is IPv6 and not IPv4-mapped. */
static inline int
naive_compare(const struct pn_addr *a, const struct pn_addr *b)
{
    uint8_t x[16], y[16];
    if (a->family != b->family && !(naive_is_ipv4(a) && naive_is_ipv4(b)))
        return 2;
    naive_bytes(a, x);
    naive_bytes(b, y);
    int order = memcmp(x, y, 16);
    return (order > 0) - (order < 0);
}

static inline bool
naive_same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    return memcmp(a, b, whole) == 0 && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

static inline bool
naive_covers(const struct pn_rule *r, const struct pn_addr *a)
{
    uint8_t x[16], y[16];
    int from, to;
    switch (r->kind) {
    case PN_RULE_ADDRESS:
        return naive_compare(&r->start, a) == 0;
    case PN_RULE_RANGE:
        from = naive_compare(&r->start, a);
        to = naive_compare(a, &r->end);
        return from <= 0 && to <= 0;
    case PN_RULE_SUBNET:
        naive_bytes(&r->start, x);
        naive_bytes(a, y);
        if (r->start.family == 4)
            return naive_is_ipv4(a) && naive_same_bits(x + 12, y + 12, r->prefix);
        return naive_same_bits(x, y, r->prefix);
    }
    return false;
}

static inline bool
naive_check(const struct naive_list *n, const struct pn_addr *a)
{
    for (size_t i = 0; i < n->count; i++)
        if (naive_covers(&n->rules[i], a))
            return true;
    return false;
}

static inline bool
naive_same_address(const struct pn_addr *a, const struct pn_addr *b)
{
    return a->family == b->family && memcmp(a->bytes, b->bytes, a->family == 4 ? 4 : 16) == 0;
}

/* Returns whether both are the same rule, in the same notation. */
static inline bool
naive_same_text(const struct pn_rule *a, const struct pn_rule *b)
{
    if (a->kind != b->kind || !naive_same_address(&a->start, &b->start))
        return false;
    if (a->kind == PN_RULE_SUBNET)
        return a->prefix == b->prefix;
    return a->kind == PN_RULE_ADDRESS || naive_same_address(&a->end, &b->end);
}

static inline bool
naive_same_rule(const struct pn_rule *a, const struct pn_rule *b)
{
    if (a->kind == PN_RULE_ADDRESS && b->kind == PN_RULE_ADDRESS)
        return naive_compare(&a->start, &b->start) == 0;
    return naive_same_text(a, b);
}

static inline bool
naive_remove(struct naive_list *n, const struct pn_rule *rule)
{
    for (size_t i = n->count; i-- > 0;) {
        if (naive_same_rule(&n->rules[i], rule)) {
            memmove(n->rules + i, n->rules + i + 1, (n->count - i - 1) * sizeof(*rule));
            n->count--;
            return true;
        }
    }
    return false;
}

static inline void
naive_add(struct naive_list *n, const struct pn_rule *rule)
{
    if (rule->kind == PN_RULE_ADDRESS)
        naive_remove(n, rule);
    CHECK(n->count < NAIVE_MAX);
    n->rules[n->count++] = *rule;
}

/* Checks that the list has the same rules in the same order. */
static inline void
naive_check_rules(const struct naive_list *n, const struct pn_blocklist *list)
{
    size_t cursor = 0, left = n->count;
    struct pn_rule r;
    CHECK_INT(pn_blocklist_size(list), n->count);
    while (pn_blocklist_next(list, &cursor, &r)) {
        CHECK(left > 0);
        left--;
        CHECK(naive_same_text(&r, &n->rules[left]));
        CHECK_INT(r.start.port, 0);
        CHECK_INT(r.start.scope, 0);
    }
    CHECK_INT(left, 0);
    CHECK(!pn_blocklist_next(list, &cursor, &r));
}

/* Adds -1, 0 or 1 to an address; wraps around at both ends. */
static inline struct pn_addr
naive_step(struct pn_addr a, int by)
{
    for (int i = a.family == 4 ? 3 : 15; by != 0 && i >= 0; i--) {
        unsigned value = a.bytes[i] + (unsigned)by;
        a.bytes[i] = (uint8_t)value;
        /* carry only if this byte wrapped around */
        if (a.bytes[i] != (by > 0 ? 0 : 0xff))
            break;
    }
    return a;
}

/* Converts an IPv4 address to the second notation; returns false if there is none. */
static inline bool
naive_other_notation(const struct pn_addr *a, struct pn_addr *out)
{
    if (!naive_is_ipv4(a))
        return false;
    memset(out, 0, sizeof(*out));
    if (a->family == 4) {
        out->family = 6;
        naive_bytes(a, out->bytes);
    }
    else {
        out->family = 4;
        memcpy(out->bytes, a->bytes + 12, 4);
    }
    return true;
}

static inline void
naive_check_point(const struct naive_list *n, const struct pn_blocklist *list, const struct pn_addr *a)
{
    struct pn_addr other;
    CHECK_INT(pn_blocklist_check(list, a), naive_check(n, a));
    if (naive_other_notation(a, &other))
        CHECK_INT(pn_blocklist_check(list, &other), naive_check(n, &other));
}

/* Compares the two lists around the ends of a rule. */
static inline void
naive_check_ends(const struct naive_list *n, const struct pn_blocklist *list, const struct pn_rule *r)
{
    struct pn_addr ends[4] = {r->start, r->start};
    size_t count = 2;
    if (r->kind == PN_RULE_SUBNET) {
        unsigned bits = r->start.family == 4 ? 32 : 128;
        for (unsigned i = r->prefix; i < bits; i++) {
            ends[0].bytes[i / 8] &= (uint8_t)~(0x80 >> i % 8);
            ends[1].bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
        }
    }
    if (r->kind == PN_RULE_RANGE)
        ends[count++] = r->end;
    for (size_t i = 0; i < count; i++) {
        for (int by = -1; by <= 1; by++) {
            struct pn_addr a = naive_step(ends[i], by);
            naive_check_point(n, list, &a);
        }
    }
}

#endif
