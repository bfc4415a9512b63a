/* cover_tree.h - how many intervals lie over a point, for 32-bit and for 128-bit keys.
 *
 * A B+ tree of the points where an interval begins, or where one has ended, with the sum of all changes to the left
 * kept in every node: the number at a point is the sum along one way down. A key has one entry at most, so that the
 * bits of a key bound the depth; an interval costs two entries at most. */
#ifndef PN_CORE_COVER_TREE_H
#define PN_CORE_COVER_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An IPv6 address, as a number. */
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

/* Puts an interval (both ends included) over its points, or takes away one that was put there. Adding: 0, or -1 when
 * out of memory, with nothing changed. */
int pn_tree4_add(struct pn_tree4 *t, uint32_t first, uint32_t last);
void pn_tree4_remove(struct pn_tree4 *t, uint32_t first, uint32_t last);
/* Whether any interval lies over `key`. */
bool pn_tree4_covers(const struct pn_tree4 *t, uint32_t key);
/* Makes `to`, empty, a copy: 0, or -1 when out of memory (`to` is then still empty). */
int pn_tree4_copy(struct pn_tree4 *to, const struct pn_tree4 *from);
void pn_tree4_clear(struct pn_tree4 *t);

int pn_tree6_add(struct pn_tree6 *t, struct pn_key6 first, struct pn_key6 last);
void pn_tree6_remove(struct pn_tree6 *t, struct pn_key6 first, struct pn_key6 last);
bool pn_tree6_covers(const struct pn_tree6 *t, struct pn_key6 key);
int pn_tree6_copy(struct pn_tree6 *to, const struct pn_tree6 *from);
void pn_tree6_clear(struct pn_tree6 *t);

#endif
