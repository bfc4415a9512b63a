/* cover_tree.c - instantiates the tree of cover_tree_impl.h for IPv4 and for IPv6 keys; see cover_tree.h. */
#include "core/cover_tree.h"

#include <stdlib.h>
#include <string.h>

#ifdef __GNUC__
#define PREFETCH(p) __builtin_prefetch(p)
#else
#define PREFETCH(p) ((void)(p))
#endif

/* --- IPv4 --- */

#define KEY          uint32_t
#define KEY_LE(a, b) ((a) <= (b))
#define KEY_EQ(a, b) ((a) == (b))
#define FANOUT       32
#define TREE         pn_tree4
#define NODE         pn_node4
#define NAME(x)      tree4_##x
#include "core/cover_tree_impl.h"
#undef KEY
#undef KEY_LE
#undef KEY_EQ
#undef FANOUT
#undef TREE
#undef NODE
#undef NAME

int
pn_tree4_add(struct pn_tree4 *t, uint32_t first, uint32_t last)
{
    uint32_t after = last + 1;
    return tree4_add(t, first, after != 0 ? &after : NULL);
}

void
pn_tree4_remove(struct pn_tree4 *t, uint32_t first, uint32_t last)
{
    uint32_t after = last + 1;
    tree4_remove(t, first, after != 0 ? &after : NULL);
}

/* Sorts by the first address: by its low, then by its high 16 bits. Returns false when out of memory. */
static bool
sort_spans(struct pn_span4 *spans, size_t count)
{
    enum { BUCKETS = 1 << 16 };
    struct pn_span4 *other = malloc(count * sizeof(*other));
    size_t *starts = malloc(BUCKETS * sizeof(*starts));
    const bool sorted = other != NULL && starts != NULL;
    for (unsigned shift = 0; sorted && shift < 32; shift += 16) {
        const struct pn_span4 *from = shift == 0 ? spans : other;
        struct pn_span4 *to = shift == 0 ? other : spans;
        size_t sum = 0;
        memset(starts, 0, BUCKETS * sizeof(*starts));
        for (size_t i = 0; i < count; i++)
            starts[from[i].first >> shift & (BUCKETS - 1)]++;
        for (size_t i = 0; i < BUCKETS; i++) {
            size_t n = starts[i];
            starts[i] = sum;
            sum += n;
        }
        for (size_t i = 0; i < count; i++)
            to[starts[from[i].first >> shift & (BUCKETS - 1)]++] = from[i];
    }
    free(other);
    free(starts);
    return sorted;
}

/* A node whose parent is not made yet. */
struct built {
    struct pn_node4 *node; /* own */
    uint32_t key;          /* its first key */
    int32_t total;         /* the change at all its keys */
};

/* Entries of a node that is built: some room is left for keys that come later. */
#define FILL 28

/* Makes the leaves of the points of sorted starts and ends (the `first` of both). Returns their number, which counts only
 * whole leaves; 0 when out of memory. */
static size_t
build_leaves(struct pn_tree4 *t, const struct pn_span4 *starts, size_t n, const struct pn_span4 *ends, size_t m,
             struct built *row)
{
    size_t count = 0, i = 0, j = 0;
    struct pn_node4 *leaf = NULL;
    while (i < n || j < m) {
        uint32_t key = j == m || (i < n && starts[i].first <= ends[j].first) ? starts[i].first : ends[j].first;
        uint32_t uses = 0;
        int32_t change = 0;
        for (; i < n && starts[i].first == key; i++, uses++)
            change++;
        for (; j < m && ends[j].first == key; j++, uses++)
            change--;
        if (leaf == NULL || leaf->count == FILL) {
            if ((leaf = tree4_new_node(t, 0)) == NULL) {
                while (count > 0)
                    tree4_free_node(t, row[--count].node);
                return 0;
            }
            row[count++] = (struct built){leaf, key, 0};
        }
        uint32_t at = leaf->count++;
        row[count - 1].total += change;
        leaf->keys[at] = key;
        leaf->sums[at] = row[count - 1].total;
        tree4_uses(leaf)[at] = uses;
    }
    return count;
}

/* Makes the parents of a row of nodes, in its place. Returns their number; 0 when out of memory, with all nodes freed. */
static size_t
build_parents(struct pn_tree4 *t, struct built *row, size_t count)
{
    size_t above = 0;
    for (size_t i = 0; i < count; i++) {
        struct built child = row[i];
        if (i % FILL == 0) {
            struct pn_node4 *parent = tree4_new_node(t, child.node->level + 1);
            if (parent == NULL) {
                while (i < count)
                    tree4_free_all(t, row[i++].node);
                while (above > 0)
                    tree4_free_all(t, row[--above].node);
                return 0;
            }
            row[above++] = (struct built){parent, child.key, 0};
        }
        struct built *parent = &row[above - 1];
        uint32_t at = parent->node->count++;
        parent->node->keys[at] = child.key;
        parent->node->sums[at] = parent->total;
        tree4_children(parent->node)[at] = child.node;
        parent->total += child.total;
    }
    return above;
}

/* Builds an empty tree from sorted intervals. Returns -1 when out of memory; the tree is then still empty. */
static int
build(struct pn_tree4 *t, const struct pn_span4 *spans, size_t count)
{
    struct pn_span4 *ends = malloc(count * sizeof(*ends));
    struct built *row = malloc((2 * count / FILL + 1) * sizeof(*row));
    size_t m = 0, nodes = 0;
    if (ends != NULL && row != NULL) {
        for (size_t i = 0; i < count; i++)
            if (spans[i].last != UINT32_MAX)
                ends[m++].first = spans[i].last + 1;
        if (m == 0 || sort_spans(ends, m))
            nodes = build_leaves(t, spans, count, ends, m, row);
        while (nodes > 1)
            nodes = build_parents(t, row, nodes);
        if (nodes == 1)
            t->root = row[0].node;
    }
    free(ends);
    free(row);
    return nodes == 1 ? 0 : -1;
}

int
pn_tree4_add_all(struct pn_tree4 *t, struct pn_span4 *spans, size_t count)
{
    const bool sorted = count > 1 && sort_spans(spans, count);
    if (sorted && t->root == NULL && build(t, spans, count) == 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (pn_tree4_add(t, spans[i].first, spans[i].last) != 0) {
            while (i-- > 0)
                pn_tree4_remove(t, spans[i].first, spans[i].last);
            return -1;
        }
    }
    return 0;
}

bool
pn_tree4_covers(const struct pn_tree4 *t, uint32_t key)
{
    return tree4_covers(t, key);
}

int
pn_tree4_copy(struct pn_tree4 *to, const struct pn_tree4 *from)
{
    if (from->root == NULL)
        return 0;
    return (to->root = tree4_copy_node(to, from->root)) != NULL ? 0 : -1;
}

void
pn_tree4_clear(struct pn_tree4 *t)
{
    tree4_free_all(t, t->root);
    t->root = NULL;
}

/* --- IPv6 --- */

/* Without a branch: a search would mispredict half of them. */
static inline bool
key6_le(struct pn_key6 a, struct pn_key6 b)
{
    return (a.hi < b.hi) | ((a.hi == b.hi) & (a.lo <= b.lo));
}

/* Computes the key after `k`; returns false if `k` is the last. */
static inline bool
key6_after(struct pn_key6 k, struct pn_key6 *after)
{
    after->lo = k.lo + 1;
    after->hi = k.hi + (after->lo == 0);
    return after->lo != 0 || after->hi != 0;
}

#define KEY          struct pn_key6
#define KEY_LE(a, b) key6_le(a, b)
#define KEY_EQ(a, b) ((a).lo == (b).lo && (a).hi == (b).hi)
#define FANOUT       16
#define TREE         pn_tree6
#define NODE         pn_node6
#define NAME(x)      tree6_##x
#include "core/cover_tree_impl.h"

int
pn_tree6_add(struct pn_tree6 *t, struct pn_key6 first, struct pn_key6 last)
{
    struct pn_key6 after;
    return tree6_add(t, first, key6_after(last, &after) ? &after : NULL);
}

void
pn_tree6_remove(struct pn_tree6 *t, struct pn_key6 first, struct pn_key6 last)
{
    struct pn_key6 after;
    tree6_remove(t, first, key6_after(last, &after) ? &after : NULL);
}

bool
pn_tree6_covers(const struct pn_tree6 *t, struct pn_key6 key)
{
    return tree6_covers(t, key);
}

int
pn_tree6_copy(struct pn_tree6 *to, const struct pn_tree6 *from)
{
    if (from->root == NULL)
        return 0;
    return (to->root = tree6_copy_node(to, from->root)) != NULL ? 0 : -1;
}

void
pn_tree6_clear(struct pn_tree6 *t)
{
    tree6_free_all(t, t->root);
    t->root = NULL;
}
