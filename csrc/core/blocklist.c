/* blocklist.c - stores the rules of a block list and checks addresses against them: adds, removes, copies, compares
 * and iterates over rules; see blocklist.h. */
#include "core/blocklist.h"

#include <stdlib.h>
#include <string.h>

#define NONE      UINT32_MAX
#define MAX_COUNT (UINT32_C(1) << 30)
/* Fewer gaps than this are not worth compacting. */
#define FEW_GAPS  64
/* So many rules are worth sorting. */
#define MANY      1000

/* flags of a record and of a key */
enum {
    START4 = 1, /* the address, network or start was written as IPv4 */
    END4 = 2,   /* the end of a range was written as IPv4 */
    WIDE = 4,   /* record: at least one address is not IPv4, all are in `wide` */
    GAP = 8,    /* record: removed */
};

/* A stored rule. */
struct pn_record {
    uint32_t a;    /* IPv4: the address, network or start; else the index in `wide` */
    uint32_t b;    /* IPv4 range: the end; address: the record that it replaced, or NONE */
    uint32_t next; /* the next older record of the chain, or NONE */
    uint8_t kind, prefix, flags;
};

/* The identity of a rule: two rules are the same if their keys are. Addresses are numbers, IPv4 as IPv4-mapped. The
 * struct has no padding, since memcmp() compares it. */
struct rule_key {
    struct pn_key6 start, end; /* `end` is 0 unless it is a range */
    uint32_t kind;
    uint16_t prefix, flags;
};

/* --- addresses as numbers --- */

#define MAPPED_TAG   UINT64_C(0xffff)
#define MAPPED_FIRST ((struct pn_key6){0, MAPPED_TAG << 32})
#define MAPPED_LAST  ((struct pn_key6){0, MAPPED_TAG << 32 | UINT32_MAX})

static inline uint32_t
read32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t
read64(const uint8_t *p)
{
    return (uint64_t)read32(p) << 32 | read32(p + 4);
}

static void
write32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

static inline struct pn_key6
number_of(const struct pn_addr *a)
{
    if (a->family == 4)
        return (struct pn_key6){0, MAPPED_TAG << 32 | read32(a->bytes)};
    return (struct pn_key6){read64(a->bytes), read64(a->bytes + 8)};
}

static struct pn_addr
address_of(struct pn_key6 n, bool ipv4)
{
    struct pn_addr a = {.family = ipv4 ? 4 : 6};
    if (ipv4) {
        write32(a.bytes, (uint32_t)n.lo);
        return a;
    }
    write32(a.bytes, (uint32_t)(n.hi >> 32));
    write32(a.bytes + 4, (uint32_t)n.hi);
    write32(a.bytes + 8, (uint32_t)(n.lo >> 32));
    write32(a.bytes + 12, (uint32_t)n.lo);
    return a;
}

static inline bool
is_mapped(struct pn_key6 n)
{
    return n.hi == 0 && n.lo >> 32 == MAPPED_TAG;
}

/* -1, 0 or 1 */
static int
compare(struct pn_key6 a, struct pn_key6 b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return (a.lo > b.lo) - (a.lo < b.lo);
}

int
pn_addr_compare(const struct pn_addr *a, const struct pn_addr *b)
{
    struct pn_key6 x = number_of(a), y = number_of(b);
    if (a->family != b->family && !(is_mapped(x) && is_mapped(y)))
        return 2;
    return compare(x, y);
}

/* --- rules as keys --- */

/* An IPv4-mapped address makes the same rule as the IPv4 address. */
static struct rule_key
finish_key(struct rule_key k)
{
    if (k.kind == PN_RULE_ADDRESS)
        k.flags = is_mapped(k.start) ? START4 : 0;
    return k;
}

static struct rule_key
key_of_rule(const struct pn_rule *rule)
{
    struct rule_key k = {.start = number_of(&rule->start), .kind = rule->kind};
    if (rule->start.family == 4)
        k.flags |= START4;
    if (rule->kind == PN_RULE_SUBNET)
        k.prefix = (uint16_t)rule->prefix;
    if (rule->kind == PN_RULE_RANGE) {
        k.end = number_of(&rule->end);
        if (rule->end.family == 4)
            k.flags |= END4;
    }
    return finish_key(k);
}

/* Returns the key, except that an address keeps the family in which it was written. */
static struct rule_key
written_key(const struct pn_blocklist *list, const struct pn_record *r)
{
    struct rule_key k = {.kind = r->kind, .prefix = r->prefix, .flags = r->flags & (START4 | END4)};
    bool range = r->kind == PN_RULE_RANGE;
    if (r->flags & WIDE) {
        k.start = list->wide[r->a];
        if (range)
            k.end = list->wide[r->a + 1];
    }
    else {
        k.start.lo = MAPPED_TAG << 32 | r->a;
        if (range)
            k.end.lo = MAPPED_TAG << 32 | r->b;
    }
    return k;
}

static struct rule_key
key_of_record(const struct pn_blocklist *list, const struct pn_record *r)
{
    return finish_key(written_key(list, r));
}

static bool
same_key(const struct rule_key *a, const struct rule_key *b)
{
    return a->kind == b->kind && a->prefix == b->prefix && a->flags == b->flags && compare(a->start, b->start) == 0 &&
           compare(a->end, b->end) == 0;
}

static uint64_t
mix(uint64_t h, uint64_t value)
{
    h = (h ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static uint32_t
bucket_of(const struct pn_blocklist *list, const struct rule_key *k)
{
    uint64_t h = mix(list->seed, k->start.lo);
    h = mix(h, (uint64_t)k->kind << 32 | (uint64_t)k->prefix << 16 | k->flags);
    if (k->kind == PN_RULE_RANGE)
        h = mix(mix(h, k->end.lo), k->end.hi);
    h = mix(mix(h, k->start.hi), list->seed >> 32);
    return (uint32_t)(h >> 32) & (list->bucket_count - 1);
}

/* --- what a rule covers --- */

struct span {
    bool has4, has6;
    uint32_t first4, last4;
    struct pn_key6 first6, last6;
};

static void
span_of_subnet(struct span *s, const struct rule_key *k)
{
    unsigned prefix = k->flags & START4 ? k->prefix + 96u : k->prefix;
    struct pn_key6 host = {prefix >= 64 ? 0 : UINT64_MAX >> prefix, UINT64_MAX};
    if (prefix >= 64)
        host.lo = prefix == 128 ? 0 : UINT64_MAX >> (prefix - 64);
    s->first6 = (struct pn_key6){k->start.hi & ~host.hi, k->start.lo & ~host.lo};
    s->last6 = (struct pn_key6){k->start.hi | host.hi, k->start.lo | host.lo};
    if (prefix >= 96 && is_mapped(k->start)) {
        s->has4 = true;
        s->first4 = (uint32_t)s->first6.lo;
        s->last4 = (uint32_t)s->last6.lo;
        return;
    }
    s->has6 = true;
    if (compare(s->first6, MAPPED_FIRST) <= 0 && compare(s->last6, MAPPED_LAST) >= 0) {
        s->has4 = true;
        s->last4 = UINT32_MAX;
    }
}

static void
span_of_range(struct span *s, const struct rule_key *k)
{
    if (is_mapped(k->start) && is_mapped(k->end)) {
        s->has4 = compare(k->start, k->end) <= 0;
        s->first4 = (uint32_t)k->start.lo;
        s->last4 = (uint32_t)k->end.lo;
        return;
    }
    s->first6 = k->start;
    s->last6 = k->end;
    /* An IPv4 end compares with IPv4-mapped addresses only. */
    if (k->flags != 0 && compare(s->first6, MAPPED_FIRST) < 0)
        s->first6 = MAPPED_FIRST;
    if (k->flags != 0 && compare(s->last6, MAPPED_LAST) > 0)
        s->last6 = MAPPED_LAST;
    s->has6 = compare(s->first6, s->last6) <= 0;
}

static struct span
span_of(const struct rule_key *k)
{
    struct span s = {0};
    if (k->kind == PN_RULE_SUBNET) {
        span_of_subnet(&s, k);
    }
    else if (k->kind == PN_RULE_RANGE) {
        span_of_range(&s, k);
    }
    else if (is_mapped(k->start)) {
        s.has4 = true;
        s.first4 = s.last4 = (uint32_t)k->start.lo;
    }
    else {
        s.has6 = true;
        s.first6 = s.last6 = k->start;
    }
    return s;
}

/* IPv4 intervals that are added to the tree later, all at once. */
struct deferred {
    struct pn_span4 *spans; /* NULL: they are added at once */
    size_t count;
};

static int
cover(struct pn_blocklist *list, const struct rule_key *k, struct deferred *later)
{
    struct span s = span_of(k);
    if (s.has4 && later->spans == NULL && pn_tree4_add(&list->tree4, s.first4, s.last4) != 0)
        return -1;
    if (s.has6 && pn_tree6_add(&list->tree6, s.first6, s.last6) != 0) {
        if (s.has4 && later->spans == NULL)
            pn_tree4_remove(&list->tree4, s.first4, s.last4);
        return -1;
    }
    if (s.has4 && later->spans != NULL)
        later->spans[later->count++] = (struct pn_span4){s.first4, s.last4};
    return 0;
}

static void
uncover(struct pn_blocklist *list, const struct rule_key *k, bool tree4)
{
    struct span s = span_of(k);
    if (s.has4 && tree4)
        pn_tree4_remove(&list->tree4, s.first4, s.last4);
    if (s.has6)
        pn_tree6_remove(&list->tree6, s.first6, s.last6);
}

bool
pn_blocklist_check(const struct pn_blocklist *list, const struct pn_addr *a)
{
    struct pn_key6 n;
    if (a->family == 4)
        return pn_tree4_covers(&list->tree4, read32(a->bytes));
    n = number_of(a);
    return (is_mapped(n) && pn_tree4_covers(&list->tree4, (uint32_t)n.lo)) || pn_tree6_covers(&list->tree6, n);
}

/* --- the index --- */

static void
link_record(struct pn_blocklist *list, uint32_t index, const struct rule_key *k)
{
    uint32_t *head = &list->buckets[bucket_of(list, k)];
    list->records[index].next = *head;
    *head = index;
}

/* Returns the place that holds the index of the newest record with this key, or NULL if there is none. */
static uint32_t *
find_record(const struct pn_blocklist *list, const struct rule_key *k)
{
    if (list->bucket_count == 0)
        return NULL;
    uint32_t *at = &list->buckets[bucket_of(list, k)];
    for (; *at != NONE; at = &list->records[*at].next) {
        const struct pn_record *r = &list->records[*at];
        if (r->kind != k->kind)
            continue;
        struct rule_key other = key_of_record(list, r);
        if (same_key(&other, k))
            return at;
    }
    return NULL;
}

/* Links the oldest record first, so that each chain starts with the newest. */
static void
link_all(struct pn_blocklist *list)
{
    memset(list->buckets, 0xff, list->bucket_count * sizeof(*list->buckets));
    for (uint32_t i = 0; i < list->count; i++) {
        struct rule_key k = key_of_record(list, &list->records[i]);
        if (!(list->records[i].flags & GAP))
            link_record(list, i, &k);
    }
}

/* --- room --- */

/* Compacts the records if more of them are gaps than rules. */
static void
close_gaps(struct pn_blocklist *list)
{
    uint32_t count = 0, wide = 0, gaps = list->count - list->live;
    if (gaps <= list->live || gaps < FEW_GAPS)
        return;
    for (uint32_t i = 0; i < list->count; i++) {
        struct pn_record r = list->records[i];
        if (r.flags & GAP)
            continue;
        if (r.flags & WIDE) {
            uint32_t from = r.a;
            r.a = wide;
            list->wide[wide++] = list->wide[from];
            if (r.kind == PN_RULE_RANGE)
                list->wide[wide++] = list->wide[from + 1];
        }
        list->records[count++] = r;
    }
    list->count = count;
    list->wide_count = wide;
    link_all(list);
}

/* Grows an array to at least `wanted` elements, and by at least half of its length, so that the cost for each
 * element stays constant. */
static int
grow(void *array_at, uint32_t *capacity, size_t wanted, size_t size)
{
    void *array;
    if (wanted <= *capacity)
        return 0;
    size_t more = *capacity + (size_t)*capacity / 2 + 4;
    if (wanted < more)
        wanted = more;
    memcpy(&array, array_at, sizeof(array));
    array = realloc(array, wanted * size);
    if (array == NULL)
        return -1;
    memcpy(array_at, &array, sizeof(array));
    *capacity = (uint32_t)wanted;
    return 0;
}

static int
grow_index(struct pn_blocklist *list, size_t wanted)
{
    uint32_t count = list->bucket_count ? list->bucket_count : 8;
    if (wanted <= list->bucket_count)
        return 0;
    while (count < wanted)
        count *= 2;
    uint32_t *buckets = malloc(count * sizeof(*buckets));
    if (buckets == NULL)
        return -1;
    free(list->buckets);
    list->buckets = buckets;
    list->bucket_count = count;
    link_all(list);
    return 0;
}

static bool
is_wide(const struct pn_rule *rule)
{
    return rule->start.family != 4 || (rule->kind == PN_RULE_RANGE && rule->end.family != 4);
}

static int
reserve(struct pn_blocklist *list, const struct pn_rule *rules, size_t count)
{
    size_t wide = 0;
    if (count > MAX_COUNT - list->count)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (is_wide(&rules[i]))
            wide += rules[i].kind == PN_RULE_RANGE ? 2 : 1;
    if (grow(&list->records, &list->capacity, list->count + count, sizeof(*list->records)) != 0)
        return -1;
    if (grow(&list->wide, &list->wide_capacity, list->wide_count + wide, sizeof(*list->wide)) != 0)
        return -1;
    return grow_index(list, list->live + count);
}

/* --- adding and removing --- */

static void
append(struct pn_blocklist *list, const struct pn_rule *rule, const struct rule_key *k, uint32_t replaced)
{
    struct pn_record r = {.kind = (uint8_t)rule->kind, .prefix = (uint8_t)k->prefix, .b = replaced};
    bool range = rule->kind == PN_RULE_RANGE;
    if (rule->start.family == 4)
        r.flags |= START4;
    if (range && rule->end.family == 4)
        r.flags |= END4;
    if (is_wide(rule)) {
        r.flags |= WIDE;
        r.a = list->wide_count;
        list->wide[list->wide_count++] = k->start;
        if (range)
            list->wide[list->wide_count++] = k->end;
    }
    else {
        r.a = (uint32_t)k->start.lo;
        if (range)
            r.b = (uint32_t)k->end.lo;
    }
    list->records[list->count] = r;
    link_record(list, list->count, k);
    list->count++;
    list->live++;
}

/* Adds one rule. The arrays have room for it. */
static int
add_one(struct pn_blocklist *list, const struct pn_rule *rule, struct deferred *later)
{
    struct rule_key k = key_of_rule(rule);
    uint32_t replaced = NONE;
    uint32_t *at = rule->kind == PN_RULE_ADDRESS ? find_record(list, &k) : NULL;
    if (at != NULL) {
        replaced = *at;
        *at = list->records[replaced].next;
        list->records[replaced].flags |= GAP;
        list->live--;
    }
    else if (cover(list, &k, later) != 0) {
        return -1;
    }
    append(list, rule, &k, replaced);
    return 0;
}

/* Removes the newest record, which has just been added, and restores the record that it replaced. `tree4`: its IPv4
 * interval is in the tree. */
static void
undo_one(struct pn_blocklist *list, bool tree4)
{
    struct pn_record *r = &list->records[--list->count];
    struct rule_key k = key_of_record(list, r);
    /* Restored records may precede it in its chain. */
    uint32_t *at = &list->buckets[bucket_of(list, &k)];
    while (*at != list->count)
        at = &list->records[*at].next;
    *at = r->next;
    if (r->flags & WIDE)
        list->wide_count = r->a;
    if (r->kind == PN_RULE_ADDRESS && r->b != NONE) {
        list->records[r->b].flags &= (uint8_t)~GAP;
        link_record(list, r->b, &k);
    }
    else {
        uncover(list, &k, tree4);
        list->live--;
    }
}

int
pn_blocklist_add(struct pn_blocklist *list, const struct pn_rule *rules, size_t count)
{
    close_gaps(list);
    if (count == 0)
        return 0;
    if (reserve(list, rules, count) != 0)
        return -1;
    /* Without memory for it, the rules are added one by one. */
    struct deferred later = {count >= MANY ? malloc(count * sizeof(*later.spans)) : NULL, 0};
    size_t added = 0;
    while (added < count && add_one(list, &rules[added], &later) == 0)
        added++;
    int status = added == count ? pn_tree4_add_all(&list->tree4, later.spans, later.count) : -1;
    if (status != 0)
        while (added-- > 0)
            undo_one(list, later.spans == NULL);
    free(later.spans);
    return status;
}

bool
pn_blocklist_has_rule(const struct pn_blocklist *list, const struct pn_rule *rule)
{
    struct rule_key k = key_of_rule(rule);
    return find_record(list, &k) != NULL;
}

bool
pn_blocklist_remove(struct pn_blocklist *list, const struct pn_rule *rule)
{
    struct rule_key k = key_of_rule(rule);
    uint32_t *at = find_record(list, &k);
    if (at == NULL)
        return false;
    struct pn_record *r = &list->records[*at];
    *at = r->next;
    r->flags |= GAP;
    uncover(list, &k, true);
    list->live--;
    while (list->count > 0 && list->records[list->count - 1].flags & GAP) {
        r = &list->records[--list->count];
        if (r->flags & WIDE)
            list->wide_count = r->a;
    }
    close_gaps(list);
    return true;
}

/* --- the whole list --- */

void
pn_blocklist_init(struct pn_blocklist *list, uint64_t seed)
{
    memset(list, 0, sizeof(*list));
    list->seed = seed;
}

void
pn_blocklist_clear(struct pn_blocklist *list)
{
    pn_tree4_clear(&list->tree4);
    pn_tree6_clear(&list->tree6);
    free(list->records);
    free(list->buckets);
    free(list->wide);
    pn_blocklist_init(list, list->seed);
}

size_t
pn_blocklist_size(const struct pn_blocklist *list)
{
    return list->live;
}

bool
pn_blocklist_next(const struct pn_blocklist *list, size_t *cursor, struct pn_rule *out)
{
    /* The cursor is the index of the last record returned, plus 1. */
    size_t i = *cursor == 0 || *cursor - 1 > list->count ? list->count : *cursor - 1;
    while (i-- > 0) {
        const struct pn_record *r = &list->records[i];
        if (r->flags & GAP)
            continue;
        struct rule_key k = written_key(list, r);
        *out = (struct pn_rule){.kind = (enum pn_rule_kind)k.kind, .prefix = k.prefix};
        out->start = address_of(k.start, (k.flags & START4) != 0);
        if (k.kind == PN_RULE_RANGE)
            out->end = address_of(k.end, (k.flags & END4) != 0);
        *cursor = i + 1;
        return true;
    }
    *cursor = 1;
    return false;
}

static int
copy_array(void *to_at, const void *from, size_t size)
{
    void *copy = malloc(size ? size : 1);
    if (copy == NULL)
        return -1;
    if (size)
        memcpy(copy, from, size);
    memcpy(to_at, &copy, sizeof(copy));
    return 0;
}

int
pn_blocklist_copy(struct pn_blocklist *to, const struct pn_blocklist *from)
{
    if (from->live == 0)
        return 0;
    if (copy_array(&to->records, from->records, from->count * sizeof(*from->records)) != 0 ||
        copy_array(&to->buckets, from->buckets, from->bucket_count * sizeof(*from->buckets)) != 0 ||
        copy_array(&to->wide, from->wide, from->wide_count * sizeof(*from->wide)) != 0 ||
        pn_tree4_copy(&to->tree4, &from->tree4) != 0 || pn_tree6_copy(&to->tree6, &from->tree6) != 0) {
        pn_blocklist_clear(to);
        return -1;
    }
    to->count = to->capacity = from->count;
    to->live = from->live;
    to->bucket_count = from->bucket_count;
    to->wide_count = to->wide_capacity = from->wide_count;
    to->seed = from->seed; /* the index depends on it */
    return 0;
}

static int
compare_keys(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct rule_key));
}

/* Returns the keys in an order that depends on the keys alone; NULL when out of memory. */
static struct rule_key *
sorted_keys(const struct pn_blocklist *list)
{
    struct rule_key *keys = malloc(list->live * sizeof(*keys));
    size_t n = 0;
    if (keys == NULL)
        return NULL;
    for (uint32_t i = 0; i < list->count; i++)
        if (!(list->records[i].flags & GAP))
            keys[n++] = key_of_record(list, &list->records[i]);
    qsort(keys, n, sizeof(*keys), compare_keys);
    return keys;
}

int
pn_blocklist_equal(const struct pn_blocklist *a, const struct pn_blocklist *b)
{
    if (a == b || (a->live == 0 && b->live == 0))
        return 1;
    if (a->live != b->live)
        return 0;
    struct rule_key *x = sorted_keys(a), *y = sorted_keys(b);
    int equal = -1;
    if (x != NULL && y != NULL)
        equal = memcmp(x, y, a->live * sizeof(*x)) == 0;
    free(x);
    free(y);
    return equal;
}

size_t
pn_blocklist_memory(const struct pn_blocklist *list)
{
    return list->capacity * sizeof(*list->records) + list->bucket_count * sizeof(*list->buckets) +
           list->wide_capacity * sizeof(*list->wide) + list->tree4.memory + list->tree6.memory;
}
