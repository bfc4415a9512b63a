/* blocklist.h - rules about addresses (single ones, subnets, ranges), and whether an address falls under one of them.
 *
 * Every rule is an interval of addresses. Two ordered trees (cover_tree.h), of IPv4 and of IPv6 addresses, know for
 * each point how many intervals lie over it: a check is one way down, whatever the number of rules, and a rule costs
 * its two ends, however wide it is. The rules themselves are kept in order beside them, with a hash index to find one
 * that is to be removed.
 *
 * IPv4 and IPv4-mapped IPv6 addresses meet as in node: the one is under a rule about the other, except that a range of
 * IPv6 addresses whose ends are not both IPv4-mapped says nothing about IPv4. Ports and scopes are ignored throughout.
 *
 * No locks: the caller sees to it that nobody reads a list while it is changed. */
#ifndef PN_CORE_BLOCKLIST_H
#define PN_CORE_BLOCKLIST_H

#include "core/addr.h"
#include "core/cover_tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pn_rule_kind {
    PN_RULE_ADDRESS = 1,
    PN_RULE_RANGE,
    PN_RULE_SUBNET,
};

struct pn_rule {
    enum pn_rule_kind kind;
    unsigned prefix;      /* subnet: 0 to 32 or 128 */
    struct pn_addr start; /* the address, the network as given (host bits are kept), or where the range starts */
    struct pn_addr end;   /* range: its last address */
};

struct pn_record;

struct pn_blocklist {
    struct pn_record *records; /* own; oldest first, removed ones stay as gaps for a while */
    uint32_t count, capacity;  /* gaps included */
    uint32_t live;             /* rules */
    uint32_t *buckets;         /* own; hash index: the newest record of each chain */
    uint32_t bucket_count;     /* 0 or a power of 2 */
    struct pn_key6 *wide;      /* own; addresses of the records that are not all IPv4 */
    uint32_t wide_count, wide_capacity;
    uint64_t seed;
    struct pn_tree4 tree4; /* what covers IPv4 addresses, in any notation */
    struct pn_tree6 tree6; /* what covers IPv6 addresses */
};

/* An empty list. `seed`: any number nobody can guess, so that nobody can choose rules that collide in the index. */
void pn_blocklist_init(struct pn_blocklist *list, uint64_t seed);
/* Frees the rules; the list is then empty and usable. */
void pn_blocklist_clear(struct pn_blocklist *list);

/* Adds `count` rules, the last one the newest: 0, or -1 when out of memory, with nothing added. An address that is
 * there already (IPv4 and IPv4-mapped are the same) becomes the newest, as written now; subnets and ranges repeat.
 * The caller has checked kinds, families and prefixes. A range that ends before it starts covers nothing. */
int pn_blocklist_add(struct pn_blocklist *list, const struct pn_rule *rules, size_t count);

/* Removes one rule: the address in either notation, or a subnet or range exactly as it was added; of several equal
 * ones the newest. False when there is none. Never fails for want of memory. */
bool pn_blocklist_remove(struct pn_blocklist *list, const struct pn_rule *rule);
/* Whether pn_blocklist_remove() would find one. */
bool pn_blocklist_has_rule(const struct pn_blocklist *list, const struct pn_rule *rule);

/* Whether a rule covers the address. */
bool pn_blocklist_check(const struct pn_blocklist *list, const struct pn_addr *a);

/* The number of rules. */
size_t pn_blocklist_size(const struct pn_blocklist *list);
/* The rules, newest first: `*cursor` starts as 0; false after the last. Safe, but of no certain order or completeness,
 * when the list is changed between two calls. */
bool pn_blocklist_next(const struct pn_blocklist *list, size_t *cursor, struct pn_rule *out);

/* Makes `to`, initialised and empty, a copy of `from`: 0, or -1 when out of memory (`to` is then still empty). */
int pn_blocklist_copy(struct pn_blocklist *to, const struct pn_blocklist *from);
/* Whether two lists have the same rules, each as often, in any order: 1 or 0, or -1 when out of memory. */
int pn_blocklist_equal(const struct pn_blocklist *a, const struct pn_blocklist *b);

/* Bytes allocated, without the struct itself. */
size_t pn_blocklist_memory(const struct pn_blocklist *list);

/* -1, 0 or 1 as `a` lies before, at or after `b` in node's sense: an IPv4 address compares with an IPv6 one by its
 * IPv4-mapped form, if the other is one too; 2 when they do not compare. Adding a range is refused when 1. */
int pn_addr_compare(const struct pn_addr *a, const struct pn_addr *b);

#endif
