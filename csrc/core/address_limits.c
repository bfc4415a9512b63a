/* address_limits.c - a hash table of addresses. The rate is limited by the "generic cell rate algorithm": an entry has one
 * point in time, up to which its connections have used up the rate. It acts as a bucket of `burst` tokens would. */
#include "core/address_limits.h"

#include "core/links.h"

#include <stdlib.h>
#include <string.h>

/* The address in 4 words, the zone, and what else distinguishes entries. */
enum { WORDS = PN_LIMITS_SECRETS - 1, SCOPE = 4, KIND = 5 };

struct key {
    uint32_t words[WORDS];
};

struct pn_limited {
    struct pn_limited *next; /* in its chain */
    struct pn_link idle;     /* in `idle` while no connection is open; the least recently used is the first */
    struct key key;
    uint32_t hash;
    uint32_t open;
    uint64_t used_up_to; /* the rate */
};

#define IDLE_ENTRY(link) ((struct pn_limited *)(void *)((char *)(link) - offsetof(struct pn_limited, idle)))

struct pn_address_limits {
    uint64_t secrets[PN_LIMITS_SECRETS];
    struct pn_limited **chains; /* own */
    uint32_t mask;              /* their number, a power of 2, minus 1 */
    uint32_t most_open;
    unsigned prefix;
    size_t count, idle_count, most_idle;
    struct pn_link idle;
    uint64_t interval, tolerance;
};

enum { FEWEST_CHAINS = 16, MOST_FORGOTTEN = 4 };

/* --- addresses --- */

static bool
is_mapped(const struct pn_addr *a)
{
    static const uint8_t start[12] = {[10] = 0xff, [11] = 0xff};
    return a->family == 6 && memcmp(a->bytes, start, sizeof(start)) == 0;
}

static struct key
key_of(const struct pn_address_limits *l, const struct pn_addr *a)
{
    struct key key = {{0}};
    if (a->family != 6 || is_mapped(a)) {
        memcpy(key.words, a->family == 6 ? a->bytes + 12 : a->bytes, 4);
        return key;
    }
    uint8_t bytes[16];
    for (unsigned i = 0; i < 16; i++) {
        unsigned kept = l->prefix > 8 * i ? l->prefix - 8 * i : 0; /* bits of this byte and of those after it */
        bytes[i] = (uint8_t)(a->bytes[i] & (kept >= 8 ? 0xffu : 0xff00u >> kept));
    }
    memcpy(key.words, bytes, sizeof(bytes));
    key.words[SCOPE] = a->scope;
    key.words[KIND] = l->prefix;
    return key;
}

/* Multilinear hashing, which is strongly universal: whatever the keys are, two collide with a chance of 2^-32. */
static uint32_t
hash_of(const struct pn_address_limits *l, const struct key *key)
{
    uint64_t sum = l->secrets[WORDS];
    for (size_t i = 0; i < WORDS; i++)
        sum += l->secrets[i] * key->words[i];
    return (uint32_t)(sum >> 32);
}

/* --- the table --- */

static void
resize(struct pn_address_limits *l, uint32_t chains)
{
    struct pn_limited **made = calloc(chains, sizeof(struct pn_limited *)); /* without memory, chains get longer */
    if (made == NULL)
        return;
    for (uint32_t i = 0; i <= l->mask; i++) {
        struct pn_limited *entry = l->chains[i];
        while (entry != NULL) {
            struct pn_limited *next = entry->next, **place = &made[entry->hash & (chains - 1)];
            entry->next = *place;
            *place = entry;
            entry = next;
        }
    }
    free(l->chains);
    l->chains = made;
    l->mask = chains - 1;
}

static struct pn_limited *
find(const struct pn_address_limits *l, const struct key *key, uint32_t hash)
{
    struct pn_limited *entry = l->chains[hash & l->mask];
    while (entry != NULL && (entry->hash != hash || memcmp(&entry->key, key, sizeof(*key)) != 0))
        entry = entry->next;
    return entry;
}

static struct pn_limited *
add(struct pn_address_limits *l, const struct key *key, uint32_t hash)
{
    struct pn_limited *entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return NULL;
    entry->key = *key;
    entry->hash = hash;
    if (l->count > l->mask && l->mask < UINT32_MAX / 2)
        resize(l, 2 * (l->mask + 1));
    struct pn_limited **place = &l->chains[hash & l->mask];
    entry->next = *place;
    *place = entry;
    l->count++;
    return entry;
}

static void
leave_idle(struct pn_address_limits *l, struct pn_limited *entry)
{
    if (pn_link_is_clear(&entry->idle))
        return;
    pn_link_remove(&entry->idle);
    l->idle_count--;
}

static void
become_idle(struct pn_address_limits *l, struct pn_limited *entry)
{
    pn_link_append(&l->idle, &entry->idle);
    l->idle_count++;
}

static void
forget(struct pn_address_limits *l, struct pn_limited *entry)
{
    struct pn_limited **place = &l->chains[entry->hash & l->mask];
    while (*place != entry)
        place = &(*place)->next;
    *place = entry->next;
    leave_idle(l, entry);
    free(entry);
    l->count--;
    if (l->mask >= FEWEST_CHAINS && l->count < l->mask / 8)
        resize(l, (l->mask + 1) / 2);
}

/* Each new connection adds at most one entry, and removes some that say nothing any more. */
static void
forget_old(struct pn_address_limits *l, uint64_t now)
{
    for (int i = 0; i < MOST_FORGOTTEN && !pn_links_empty(&l->idle); i++) {
        struct pn_limited *oldest = IDLE_ENTRY(l->idle.next);
        if (l->interval != 0 && oldest->used_up_to > now)
            return;
        forget(l, oldest);
    }
}

/* --- the limits --- */

struct pn_address_limits *
pn_address_limits_new(const uint64_t secrets[PN_LIMITS_SECRETS], size_t most_idle)
{
    struct pn_address_limits *l = calloc(1, sizeof(*l));
    if (l == NULL)
        return NULL;
    l->chains = calloc(FEWEST_CHAINS, sizeof(struct pn_limited *));
    if (l->chains == NULL) {
        free(l);
        return NULL;
    }
    memcpy(l->secrets, secrets, sizeof(l->secrets));
    l->mask = FEWEST_CHAINS - 1;
    l->most_open = PN_LIMITS_ANY;
    l->prefix = 128;
    l->most_idle = most_idle;
    pn_links_init(&l->idle);
    return l;
}

void
pn_address_limits_free(struct pn_address_limits *l)
{
    if (l == NULL)
        return;
    for (uint32_t i = 0; i <= l->mask; i++) {
        while (l->chains[i] != NULL) {
            struct pn_limited *entry = l->chains[i];
            l->chains[i] = entry->next;
            free(entry);
        }
    }
    free(l->chains);
    free(l);
}

void
pn_address_limits_set_open(struct pn_address_limits *l, uint32_t most)
{
    l->most_open = most;
}

void
pn_address_limits_set_rate(struct pn_address_limits *l, uint64_t interval, uint64_t burst)
{
    l->interval = interval;
    l->tolerance = interval != 0 ? (burst - 1) * interval : 0;
}

void
pn_address_limits_set_prefix(struct pn_address_limits *l, unsigned bits)
{
    l->prefix = bits;
}

/* After a change of the rate, what counted before must not count for longer than the new rate lets it. */
static bool
is_too_fast(const struct pn_address_limits *l, struct pn_limited *entry, uint64_t now)
{
    uint64_t most = now + l->tolerance;
    if (l->interval == 0 || entry->used_up_to <= most)
        return false;
    if (entry->used_up_to - most > l->interval)
        entry->used_up_to = most + l->interval;
    return true;
}

static void
use(const struct pn_address_limits *l, struct pn_limited *entry, uint64_t now)
{
    if (l->interval != 0)
        entry->used_up_to = (entry->used_up_to > now ? entry->used_up_to : now) + l->interval;
}

enum pn_admission
pn_address_limits_admit(struct pn_address_limits *l, const struct pn_addr *client, uint64_t now,
                        struct pn_limited **out)
{
    forget_old(l, now);
    struct key key = key_of(l, client);
    uint32_t hash = hash_of(l, &key);
    struct pn_limited *entry = find(l, &key, hash);
    if ((entry != NULL ? entry->open : 0) >= l->most_open)
        return PN_TOO_MANY_OPEN;
    if (entry != NULL && is_too_fast(l, entry, now)) {
        if (entry->open == 0) { /* it is used: others are forgotten first */
            leave_idle(l, entry);
            become_idle(l, entry);
        }
        return PN_TOO_FAST;
    }
    if (entry == NULL && (entry = add(l, &key, hash)) == NULL)
        return PN_NOT_ADMITTED;
    leave_idle(l, entry);
    entry->open++;
    use(l, entry, now);
    *out = entry;
    return PN_ADMITTED;
}

struct pn_limited *
pn_address_limits_count(struct pn_address_limits *l, const struct pn_addr *client)
{
    struct key key = key_of(l, client);
    uint32_t hash = hash_of(l, &key);
    struct pn_limited *entry = find(l, &key, hash);
    if (entry == NULL && (entry = add(l, &key, hash)) == NULL)
        return NULL;
    leave_idle(l, entry);
    entry->open++;
    return entry;
}

void
pn_address_limits_release(struct pn_address_limits *l, struct pn_limited *entry, uint64_t now)
{
    if (--entry->open > 0)
        return;
    if (l->interval == 0 || entry->used_up_to <= now) {
        forget(l, entry);
        return;
    }
    become_idle(l, entry);
    if (l->idle_count > l->most_idle)
        forget(l, IDLE_ENTRY(l->idle.next));
}

size_t
pn_address_limits_size(const struct pn_address_limits *l)
{
    return l->count;
}

uint32_t
pn_limited_open(const struct pn_limited *entry)
{
    return entry->open;
}
