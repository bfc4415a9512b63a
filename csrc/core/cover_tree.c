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

/* Sorts by the first address: by its low, then by its high 16 bits. Without memory the order stays. */
static void
sort_spans(struct pn_span4 *spans, size_t count)
{
    enum { BUCKETS = 1 << 16 };
    struct pn_span4 *other = malloc(count * sizeof(*other));
    size_t *starts = malloc(BUCKETS * sizeof(*starts));
    for (unsigned shift = 0; other != NULL && starts != NULL && shift < 32; shift += 16) {
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
}

int
pn_tree4_add_all(struct pn_tree4 *t, struct pn_span4 *spans, size_t count)
{
    if (count > 1)
        sort_spans(spans, count);
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
