/* blocklist.h - the rules of a block list (addresses, subnets, ranges), and the check whether one of them covers an
 * address.
 *
 * Every rule is an interval of addresses. Two ordered trees (cover_tree.h), one of IPv4 and one of IPv6 addresses,
 * count the intervals that cover each point. A check is one descent from the root, for any number of rules. A rule
 * costs its two ends, however wide it is. The rules themselves are kept in order beside the trees, with a hash index
 * that finds the rule to remove.
 *
 * IPv4 and IPv4-mapped IPv6 addresses match as in Node: a rule about one covers the other too. The exception is a range
 * of IPv6 addresses whose ends are not both IPv4-mapped: it covers no IPv4 address. Ports and scopes are ignored
 * throughout.
 *
 * There are no locks: the caller ensures that no thread reads a list while another changes it. */
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
    struct pn_addr start; /* the address, the network as given (with its host bits), or the start of the range */
    struct pn_addr end;   /* range: its last address */
};

struct pn_record;

struct pn_blocklist {
    struct pn_record *records; /* own; oldest first, removed ones stay as gaps until compacted */
    uint32_t count, capacity;  /* including gaps */
    uint32_t live;             /* rules */
    uint32_t *buckets;         /* own; hash index: the newest record of each chain */
    uint32_t bucket_count;     /* 0 or a power of 2 */
    struct pn_key6 *wide;      /* own; the addresses of records that are not all IPv4 */
    uint32_t wide_count, wide_capacity;
    uint64_t seed;
    struct pn_tree4 tree4; /* the rules that cover IPv4 addresses, in either notation */
    struct pn_tree6 tree6; /* the rules that cover IPv6 addresses */
};

/* Makes an empty list. `seed` is an unpredictable number, so that an attacker cannot choose rules that collide in
 * the index. */
void pn_blocklist_init(struct pn_blocklist *list, uint64_t seed);
/* Frees the rules; the list is then empty and usable. */
void pn_blocklist_clear(struct pn_blocklist *list);

/* Adds `count` rules; the last one becomes the newest. Returns 0, or -1 when out of memory, with nothing added. An
 * address that is already in the list (IPv4 and IPv4-mapped are the same) becomes the newest, in the notation given
 * now; subnets and ranges are added again. The caller has checked kinds, families and prefixes. A range that ends
 * before it starts covers nothing. */
int pn_blocklist_add(struct pn_blocklist *list, const struct pn_rule *rules, size_t count);

/* Removes one rule: an address in either notation, or a subnet or range exactly as it was added. Of several equal
 * rules it removes the newest. Returns false if there is none. Cannot fail for lack of memory. */
bool pn_blocklist_remove(struct pn_blocklist *list, const struct pn_rule *rule);
/* Returns whether pn_blocklist_remove() would find a rule. */
bool pn_blocklist_has_rule(const struct pn_blocklist *list, const struct pn_rule *rule);

/* Returns whether a rule covers the address. */
bool pn_blocklist_check(const struct pn_blocklist *list, const struct pn_addr *a);

/* Returns the number of rules. */
size_t pn_blocklist_size(const struct pn_blocklist *list);
/* Iterates over the rules, newest first: `*cursor` starts as 0; returns false after the last. Changing the list
 * between two calls is safe, but the iteration may then miss rules, repeat them or change their order. */
bool pn_blocklist_next(const struct pn_blocklist *list, size_t *cursor, struct pn_rule *out);

/* Copies `from` into `to`, which is initialised and empty. Returns 0, or -1 when out of memory (`to` is then still
 * empty). */
int pn_blocklist_copy(struct pn_blocklist *to, const struct pn_blocklist *from);
/* Compares two lists as multisets of rules, in any order. Returns 1 if equal, 0 if not, or -1 when out of memory. */
int pn_blocklist_equal(const struct pn_blocklist *a, const struct pn_blocklist *b);

/* Returns the bytes allocated, without the struct itself. */
size_t pn_blocklist_memory(const struct pn_blocklist *list);

/* Returns -1, 0 or 1 if `a` lies before, at or after `b` by Node's rules, or 2 if they are not comparable. An IPv4
 * address compares by its IPv4-mapped form, with IPv4-mapped IPv6 addresses only. A range whose ends compare as 1 is
 * refused. */
int pn_addr_compare(const struct pn_addr *a, const struct pn_addr *b);

#endif
