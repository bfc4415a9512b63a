/* cover_tree.h - counts the intervals that cover a point, for 32-bit and for 128-bit keys.
 *
 * It is a B+ tree of the points where an interval begins and of the points just after its end. Every node holds the
 * sums of the changes to the left, so that the count at a point is the sum along one descent. A key has at most one
 * entry, so that the bits of a key bound the depth; an interval costs at most two entries. */
#ifndef PN_CORE_COVER_TREE_H
#define PN_CORE_COVER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An IPv6 address as a number. */
struct pn_key6 {
    uint64_t hi, lo;
};

struct pn_node4;
struct pn_node6;

struct pn_tree4 {
    struct pn_node4 *root; /* own, NULL when empty */
    size_t memory;         /* bytes in all nodes */
};

struct pn_tree6 {
    struct pn_node6 *root;
    size_t memory;
};

/* Adds an interval (both ends included), or removes one that was added. Adding returns 0, or -1 when out of memory,
 * with nothing changed. */
int pn_tree4_add(struct pn_tree4 *t, uint32_t first, uint32_t last);
/* Adds many intervals, or none when out of memory. It sorts them, since a big tree takes keys in order twice as fast as
 * in any other; an empty tree is built from the leaves up. */
struct pn_span4 {
    uint32_t first, last;
};
int pn_tree4_add_all(struct pn_tree4 *t, struct pn_span4 *spans, size_t count);
void pn_tree4_remove(struct pn_tree4 *t, uint32_t first, uint32_t last);
/* Returns whether any interval covers `key`. */
bool pn_tree4_covers(const struct pn_tree4 *t, uint32_t key);
/* Copies `from` into `to`, which is empty. Returns 0, or -1 when out of memory (`to` is then still empty). */
int pn_tree4_copy(struct pn_tree4 *to, const struct pn_tree4 *from);
void pn_tree4_clear(struct pn_tree4 *t);

int pn_tree6_add(struct pn_tree6 *t, struct pn_key6 first, struct pn_key6 last);
void pn_tree6_remove(struct pn_tree6 *t, struct pn_key6 first, struct pn_key6 last);
bool pn_tree6_covers(const struct pn_tree6 *t, struct pn_key6 key);
int pn_tree6_copy(struct pn_tree6 *to, const struct pn_tree6 *from);
void pn_tree6_clear(struct pn_tree6 *t);

#endif
