/* cover_tree_impl.h - the tree of cover_tree.h for one type of key; cover_tree.c includes it once for each.
 *
 * The including file defines these macros: KEY, a type; KEY_LE(a, b) and KEY_EQ(a, b); FANOUT; TREE and NODE, the
 * names of the structs; and NAME(x), which makes the name of a function. There is no include guard, since the file
 * is included twice. */

/* Entries 0 to count - 1 are in use. In a leaf, sums[i] is the total change at its keys 0 to i. In an inner node,
 * sums[i] is the total change in the children before the i-th, and keys[i] is the first key of that child. The first
 * child also covers all smaller keys, so that keys[0] is never read. */
struct NODE {
    uint32_t count;
    uint32_t level; /* 0: a leaf */
    KEY keys[FANOUT];
    int32_t sums[FANOUT];
};

struct NAME(leaf) {
    struct NODE node;
    uint32_t uses[FANOUT]; /* the number of intervals that begin or end at the key */
};

struct NAME(inner) {
    struct NODE node;
    struct NODE *child[FANOUT]; /* own */
};

static inline uint32_t *
NAME(uses)(struct NODE *n)
{
    return ((struct NAME(leaf) *)n)->uses;
}

static inline struct NODE **
NAME(children)(const struct NODE *n)
{
    return ((struct NAME(inner) *)(uintptr_t)n)->child;
}

static struct NODE *
NAME(new_node)(struct TREE *t, uint32_t level)
{
    size_t size = level ? sizeof(struct NAME(inner)) : sizeof(struct NAME(leaf));
    struct NODE *n = malloc(size);
    if (n == NULL)
        return NULL;
    n->count = 0;
    n->level = level;
    t->memory += size;
    return n;
}

static void
NAME(free_node)(struct TREE *t, struct NODE *n)
{
    t->memory -= n->level ? sizeof(struct NAME(inner)) : sizeof(struct NAME(leaf));
    free(n);
}

/* Returns how many of the sorted keys are at or before `key`. It halves without branches: which half is as good as
 * random. */
static inline uint32_t
NAME(rank)(const KEY *keys, uint32_t count, KEY key)
{
    const KEY *base = keys;
    if (count == 0)
        return 0;
    while (count > 1) {
        uint32_t half = count / 2;
        base += KEY_LE(base[half], key) ? half : 0;
        count -= half;
    }
    return (uint32_t)(base - keys) + (KEY_LE(*base, key) ? 1 : 0);
}

/* Returns the index of the child of an inner node that covers `key`. */
static inline uint32_t
NAME(branch)(const struct NODE *n, KEY key)
{
    return NAME(rank)(n->keys + 1, n->count - 1, key);
}

/* Prefetches all cache lines of a node at once: otherwise a search in a big tree would wait for one line after
 * another. */
static inline void
NAME(fetch)(const struct NODE *n, size_t size)
{
    for (size_t at = 0; at < size; at += 64)
        PREFETCH((const char *)n + at);
}

static inline bool
NAME(covers)(const struct TREE *t, KEY key)
{
    const struct NODE *n = t->root;
    int32_t sum = 0;
    if (n == NULL)
        return false;
    while (n->level > 0) {
        uint32_t i = NAME(branch)(n, key);
        sum += n->sums[i];
        n = NAME(children)(n)[i];
        NAME(fetch)(n, sizeof(*n));
    }
    uint32_t i = NAME(rank)(n->keys, n->count, key);
    return sum + (i > 0 ? n->sums[i - 1] : 0) > 0;
}

/* Moves the entries of `from`, from index `first` on, to the end of `to`, and adds `shift` to their sums. */
static void
NAME(move_entries)(struct NODE *to, struct NODE *from, uint32_t first, int32_t shift)
{
    uint32_t n = from->count - first, at = to->count;
    memcpy(to->keys + at, from->keys + first, n * sizeof(KEY));
    for (uint32_t i = 0; i < n; i++)
        to->sums[at + i] = from->sums[first + i] + shift;
    if (to->level == 0)
        memcpy(NAME(uses)(to) + at, NAME(uses)(from) + first, n * sizeof(uint32_t));
    else
        memcpy(NAME(children)(to) + at, NAME(children)(from) + first, n * sizeof(struct NODE *));
    to->count += n;
    from->count = first;
}

/* Makes room for an entry at `i`; the caller fills it. */
static void
NAME(open_entry)(struct NODE *n, uint32_t i)
{
    uint32_t after = n->count - i;
    memmove(n->keys + i + 1, n->keys + i, after * sizeof(KEY));
    memmove(n->sums + i + 1, n->sums + i, after * sizeof(int32_t));
    if (n->level == 0)
        memmove(NAME(uses)(n) + i + 1, NAME(uses)(n) + i, after * sizeof(uint32_t));
    else
        memmove(NAME(children)(n) + i + 1, NAME(children)(n) + i, after * sizeof(struct NODE *));
    n->count++;
}

static void
NAME(close_entry)(struct NODE *n, uint32_t i)
{
    uint32_t after = --n->count - i;
    memmove(n->keys + i, n->keys + i + 1, after * sizeof(KEY));
    memmove(n->sums + i, n->sums + i + 1, after * sizeof(int32_t));
    if (n->level == 0)
        memmove(NAME(uses)(n) + i, NAME(uses)(n) + i + 1, after * sizeof(uint32_t));
    else
        memmove(NAME(children)(n) + i, NAME(children)(n) + i + 1, after * sizeof(struct NODE *));
}

/* Splits the full `i`-th child of `parent`, which has room, before entry `at` of the child. Returns 0, or -1 when
 * out of memory. */
static int
NAME(split)(struct TREE *t, struct NODE *parent, uint32_t i, uint32_t at)
{
    struct NODE *left = NAME(children)(parent)[i];
    struct NODE *right = NAME(new_node)(t, left->level);
    if (right == NULL)
        return -1;
    int32_t before = left->sums[left->level ? at : at - 1];
    NAME(move_entries)(right, left, at, -before);
    NAME(open_entry)(parent, i + 1);
    parent->keys[i + 1] = right->keys[0];
    parent->sums[i + 1] = parent->sums[i] + before;
    NAME(children)(parent)[i + 1] = right;
    return 0;
}

/* Splits a full root; the tree then has one more level. */
static int
NAME(split_root)(struct TREE *t, uint32_t at)
{
    struct NODE *root = NAME(new_node)(t, t->root->level + 1);
    if (root == NULL)
        return -1;
    root->count = 1;
    root->keys[0] = t->root->keys[0];
    root->sums[0] = 0;
    NAME(children)(root)[0] = t->root;
    if (NAME(split)(t, root, 0, at) != 0) {
        NAME(free_node)(t, root);
        return -1;
    }
    t->root = root;
    return 0;
}

/* Chooses where to split a full node that `key` belongs to: ascending keys leave full nodes behind. */
static uint32_t
NAME(split_point)(const struct NODE *n, KEY key, bool rightmost)
{
    return rightmost && KEY_LE(n->keys[FANOUT - 1], key) ? FANOUT - 1 : FANOUT / 2;
}

/* Splits the full nodes between the root and `key`, so that its leaf has room for an entry. When out of memory, the
 * tree still holds the same intervals. */
static int
NAME(make_room)(struct TREE *t, KEY key)
{
    bool rightmost = true;
    if (t->root == NULL)
        return (t->root = NAME(new_node)(t, 0)) != NULL ? 0 : -1;
    if (t->root->count == FANOUT && NAME(split_root)(t, NAME(split_point)(t->root, key, true)) != 0)
        return -1;
    for (struct NODE *n = t->root; n->level > 0;) {
        uint32_t i = NAME(branch)(n, key);
        struct NODE *child = NAME(children)(n)[i];
        NAME(fetch)(child, sizeof(struct NAME(leaf)));
        rightmost = rightmost && i == n->count - 1;
        if (child->count == FANOUT) {
            if (NAME(split)(t, n, i, NAME(split_point)(child, key, rightmost)) != 0)
                return -1;
            if (KEY_LE(n->keys[i + 1], key))
                i++;
            child = NAME(children)(n)[i];
        }
        n = child;
    }
    return 0;
}

/* Adds the start (`change` 1) or the end (-1) of an interval at `key`, whose leaf has room. */
static void
NAME(put)(struct TREE *t, KEY key, int32_t change)
{
    struct NODE *n = t->root;
    while (n->level > 0) {
        uint32_t i = NAME(branch)(n, key);
        for (uint32_t j = i + 1; j < n->count; j++)
            n->sums[j] += change;
        n = NAME(children)(n)[i];
    }
    uint32_t i = NAME(rank)(n->keys, n->count, key);
    if (i > 0 && KEY_EQ(n->keys[i - 1], key)) {
        i--;
        NAME(uses)(n)[i]++;
    }
    else {
        NAME(open_entry)(n, i);
        n->keys[i] = key;
        n->sums[i] = i > 0 ? n->sums[i - 1] : 0;
        NAME(uses)(n)[i] = 1;
    }
    for (uint32_t j = i; j < n->count; j++)
        n->sums[j] += change;
}

/* Called after an entry was removed below the `i`-th child of `n`: frees the child if it is empty, or merges it with
 * its neighbour if both are small. */
static void
NAME(tidy)(struct TREE *t, struct NODE *n, uint32_t i)
{
    struct NODE **child = NAME(children)(n);
    if (child[i]->count == 0) {
        NAME(free_node)(t, child[i]);
        NAME(close_entry)(n, i);
        return;
    }
    if (child[i]->count > FANOUT / 4 || n->count == 1)
        return;
    if (i > 0)
        i--;
    struct NODE *left = child[i], *right = child[i + 1];
    if (left->count + right->count > FANOUT * 3 / 4)
        return;
    right->keys[0] = right->level ? n->keys[i + 1] : right->keys[0];
    NAME(move_entries)(left, right, 0, n->sums[i + 1] - n->sums[i]);
    NAME(free_node)(t, right);
    NAME(close_entry)(n, i + 1);
}

/* Undoes one put(). The recursion is as deep as the tree. */
static void
NAME(take)(struct TREE *t, struct NODE *n, KEY key, int32_t change)
{
    if (n->level > 0) {
        uint32_t i = NAME(branch)(n, key);
        NAME(fetch)(NAME(children)(n)[i], sizeof(struct NAME(leaf)));
        for (uint32_t j = i + 1; j < n->count; j++)
            n->sums[j] -= change;
        NAME(take)(t, NAME(children)(n)[i], key, change);
        NAME(tidy)(t, n, i);
        return;
    }
    uint32_t i = NAME(rank)(n->keys, n->count, key) - 1;
    for (uint32_t j = i; j < n->count; j++)
        n->sums[j] -= change;
    if (--NAME(uses)(n)[i] == 0)
        NAME(close_entry)(n, i);
}

static void
NAME(take_end)(struct TREE *t, KEY key, int32_t change)
{
    NAME(take)(t, t->root, key, change);
    while (t->root->level > 0 && t->root->count == 1) {
        struct NODE *only = NAME(children)(t->root)[0];
        NAME(free_node)(t, t->root);
        t->root = only;
    }
    if (t->root->count == 0) {
        NAME(free_node)(t, t->root);
        t->root = NULL;
    }
}

/* `*after` is the key after the last of the interval; NULL if there is none. */
static int
NAME(add)(struct TREE *t, KEY first, const KEY *after)
{
    if (NAME(make_room)(t, first) != 0)
        return -1;
    NAME(put)(t, first, 1);
    if (after == NULL)
        return 0;
    if (NAME(make_room)(t, *after) != 0) {
        NAME(take_end)(t, first, 1);
        return -1;
    }
    NAME(put)(t, *after, -1);
    return 0;
}

static void
NAME(remove)(struct TREE *t, KEY first, const KEY *after)
{
    NAME(take_end)(t, first, 1);
    if (after != NULL)
        NAME(take_end)(t, *after, -1);
}

static void
NAME(free_all)(struct TREE *t, struct NODE *n)
{
    if (n == NULL)
        return;
    for (uint32_t i = 0; n->level > 0 && i < n->count; i++)
        NAME(free_all)(t, NAME(children)(n)[i]);
    NAME(free_node)(t, n);
}

/* Copies the subtree of `n`; returns NULL when out of memory. */
static struct NODE *
NAME(copy_node)(struct TREE *t, const struct NODE *n)
{
    struct NODE *copy = NAME(new_node)(t, n->level);
    if (copy == NULL)
        return NULL;
    if (n->level == 0) {
        memcpy(copy, n, sizeof(struct NAME(leaf)));
        return copy;
    }
    memcpy(copy, n, sizeof(*n));
    for (uint32_t i = 0; i < n->count; i++) {
        struct NODE *child = NAME(copy_node)(t, NAME(children)(n)[i]);
        if (child == NULL) {
            copy->count = i;
            NAME(free_all)(t, copy);
            return NULL;
        }
        NAME(children)(copy)[i] = child;
    }
    return copy;
}
