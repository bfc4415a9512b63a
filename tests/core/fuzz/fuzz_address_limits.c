/* fuzz_address_limits.c - the limits for each address under any calls against a list of buckets, each of which fills by one
 * token a nanosecond: the input is the cap, then a program of connections, closings, changes and time. */
#include "fuzz.h"

#include "../check.h"

#include "core/address_limits.h"

enum { MOST = 64 };

/* What one address has. `level` is below 0 after a change of the rate. */
struct bucket {
    struct pn_addr client;
    unsigned prefix;
    int64_t level, seen;
    uint64_t used; /* when it became idle, or was refused then */
    unsigned open;
};

struct model {
    struct bucket *buckets[MOST];
    size_t count, most_idle;
    int64_t now, interval, burst;
    uint64_t turns, most_open;
    unsigned prefix;
    struct bucket *open[MOST];
    struct pn_limited *entries[MOST];
    size_t connections;
};

/* Of few values, so that the same ones come again. */
static struct pn_addr
draw_address(struct fuzz_bytes *b)
{
    struct pn_addr a = {.family = 4, .port = 1};
    uint8_t form = fuzz_byte(b);
    if ((form & 3) < 2) {
        a.bytes[3] = form >> 2 & 7;
        a.bytes[4] = form >> 5; /* is no part of it */
    }
    else if ((form & 3) == 2) {
        a.family = 6;
        a.bytes[10] = a.bytes[11] = 0xff;
        a.bytes[15] = form >> 2 & 7;
    }
    else {
        a.family = 6;
        a.scope = form >> 7;
        a.bytes[0] = 0x20;
        a.bytes[7] = form >> 2 & 3;
        a.bytes[8] = form >> 4 & 1 ? 0x80 : 0;
        a.bytes[15] = form >> 5 & 3;
    }
    return a;
}

static bool
bit(const struct pn_addr *a, unsigned i)
{
    return a->bytes[i / 8] >> (7 - i % 8) & 1;
}

static struct pn_addr
unmapped(const struct pn_addr *a)
{
    struct pn_addr v4 = {.family = 4};
    if (a->family == 4 || a->bytes[10] != 0xff)
        return *a;
    memcpy(v4.bytes, a->bytes + 12, 4);
    return v4;
}

static bool
counts_for(const struct bucket *bucket, const struct pn_addr *client, unsigned prefix)
{
    struct pn_addr a = unmapped(&bucket->client), b = unmapped(client);
    if (a.family != b.family)
        return false;
    if (a.family == 4)
        return memcmp(a.bytes, b.bytes, 4) == 0;
    if (bucket->prefix != prefix || a.scope != b.scope)
        return false;
    for (unsigned i = 0; i < prefix; i++) {
        if (bit(&a, i) != bit(&b, i))
            return false;
    }
    return true;
}

static struct bucket *
lookup(struct model *m, const struct pn_addr *client)
{
    for (size_t i = 0; i < m->count; i++) {
        if (counts_for(m->buckets[i], client, m->prefix))
            return m->buckets[i];
    }
    return NULL;
}

static void
drop_bucket(struct model *m, struct bucket *bucket)
{
    for (size_t i = 0; i < m->count; i++) {
        if (m->buckets[i] == bucket) {
            m->buckets[i] = m->buckets[--m->count];
            free(bucket);
            return;
        }
    }
}

static struct bucket *
oldest_idle(struct model *m, size_t *idle)
{
    struct bucket *oldest = NULL;
    *idle = 0;
    for (size_t i = 0; i < m->count; i++) {
        if (m->buckets[i]->open > 0)
            continue;
        ++*idle;
        if (oldest == NULL || m->buckets[i]->used < oldest->used)
            oldest = m->buckets[i];
    }
    return oldest;
}

static void
fill(struct model *m, struct bucket *bucket)
{
    int64_t cap = m->interval * m->burst;
    bucket->level += m->now - bucket->seen;
    bucket->level = bucket->level < cap ? bucket->level : cap;
    bucket->seen = m->now;
}

static void
forget_full(struct model *m)
{
    size_t idle;
    for (int i = 0; i < 4; i++) {
        struct bucket *oldest = oldest_idle(m, &idle);
        if (oldest == NULL)
            return;
        fill(m, oldest);
        if (m->interval != 0 && oldest->level < m->interval * m->burst)
            return;
        drop_bucket(m, oldest);
    }
}

static struct bucket *
new_bucket(struct model *m, const struct pn_addr *client)
{
    struct bucket *bucket = calloc(1, sizeof(*bucket));
    if (bucket == NULL)
        exit(2);
    *bucket = (struct bucket){.client = *client, .prefix = m->prefix, .seen = m->now};
    bucket->level = m->interval * m->burst;
    return m->buckets[m->count++] = bucket;
}

static enum pn_admission
model_admit(struct model *m, const struct pn_addr *client)
{
    forget_full(m);
    struct bucket *bucket = lookup(m, client);
    m->turns++;
    if ((bucket != NULL ? bucket->open : 0) >= m->most_open)
        return PN_TOO_MANY_OPEN;
    if (bucket == NULL)
        bucket = new_bucket(m, client);
    fill(m, bucket);
    if (m->interval != 0 && bucket->level < m->interval) {
        bucket->level = bucket->level > 0 ? bucket->level : 0;
        bucket->used = m->turns;
        return PN_TOO_FAST;
    }
    bucket->level -= m->interval;
    bucket->open++;
    m->open[m->connections] = bucket;
    return PN_ADMITTED;
}

static void
model_release(struct model *m, struct bucket *bucket)
{
    size_t idle;
    fill(m, bucket);
    m->turns++;
    if (--bucket->open > 0)
        return;
    bucket->used = m->turns;
    if (m->interval == 0 || bucket->level >= m->interval * m->burst) {
        drop_bucket(m, bucket);
        return;
    }
    struct bucket *oldest = oldest_idle(m, &idle);
    if (idle > m->most_idle)
        drop_bucket(m, oldest);
}

static void
connect_one(struct pn_address_limits *l, struct model *m, struct fuzz_bytes *b)
{
    struct pn_addr client = draw_address(b);
    struct pn_limited *entry = NULL;
    if (m->connections == MOST || m->count == MOST)
        return;
    enum pn_admission want = model_admit(m, &client);
    CHECK_INT(pn_address_limits_admit(l, &client, (uint64_t)m->now, &entry), want);
    CHECK_INT(entry != NULL, want == PN_ADMITTED);
    if (want == PN_ADMITTED) {
        CHECK_INT(pn_limited_open(entry), m->open[m->connections]->open);
        m->entries[m->connections++] = entry;
    }
}

static void
count_one(struct pn_address_limits *l, struct model *m, struct fuzz_bytes *b)
{
    struct pn_addr client = draw_address(b);
    if (m->connections == MOST || m->count == MOST)
        return;
    struct bucket *bucket = lookup(m, &client);
    bucket = bucket != NULL ? bucket : new_bucket(m, &client);
    bucket->open++;
    m->open[m->connections] = bucket;
    m->entries[m->connections] = pn_address_limits_count(l, &client);
    CHECK_INT(pn_limited_open(m->entries[m->connections]), bucket->open);
    m->connections++;
}

static void
close_one(struct pn_address_limits *l, struct model *m, uint8_t which)
{
    if (m->connections == 0)
        return;
    size_t i = which % m->connections;
    struct bucket *bucket = m->open[i];
    struct pn_limited *entry = m->entries[i];
    m->connections--;
    m->open[i] = m->open[m->connections];
    m->entries[i] = m->entries[m->connections];
    model_release(m, bucket);
    pn_address_limits_release(l, entry, (uint64_t)m->now);
}

/* What a bucket lacks stays the same number of nanoseconds. Without a rate, nothing is used and time heals. */
static void
change_rate(struct pn_address_limits *l, struct model *m, uint8_t how)
{
    int64_t before = m->interval * m->burst;
    for (size_t i = 0; i < m->count; i++)
        fill(m, m->buckets[i]);
    m->interval = how & 7;
    m->burst = (how >> 3) % 5 + 1;
    for (size_t i = 0; i < m->count; i++)
        m->buckets[i]->level += m->interval * m->burst - before;
    pn_address_limits_set_rate(l, (uint64_t)m->interval, (uint64_t)m->burst);
}

static void
step(struct pn_address_limits *l, struct model *m, struct fuzz_bytes *b)
{
    static const unsigned prefixes[] = {128, 64, 65, 62, 1, 127};
    uint8_t what = fuzz_byte(b);
    switch (what & 7) {
    case 0:
    case 1:
    case 2:
        connect_one(l, m, b);
        break;
    case 3:
    case 4:
        close_one(l, m, what >> 3);
        break;
    case 5:
        m->now += what >> 3;
        break;
    case 6:
        if ((what & 8) != 0)
            count_one(l, m, b);
        else
            change_rate(l, m, fuzz_byte(b));
        break;
    default:
        m->most_open = (what & 8) != 0 ? PN_LIMITS_ANY : what >> 4 & 3;
        m->prefix = prefixes[(what >> 4) % 6];
        pn_address_limits_set_open(l, (uint32_t)m->most_open);
        pn_address_limits_set_prefix(l, m->prefix);
        break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct model m;
    struct fuzz_bytes b = {data, data + size};
    uint64_t secrets[PN_LIMITS_SECRETS];
    uint8_t form = fuzz_byte(&b);
    for (size_t i = 0; i < PN_LIMITS_SECRETS; i++) /* 0: all entries are in one chain */
        secrets[i] = (form & 8) != 0 ? 0 : UINT64_C(0x9e3779b97f4a7c15) * (i + 1);
    m = (struct model){.most_idle = form & 7, .most_open = PN_LIMITS_ANY, .prefix = 128, .now = 1000, .burst = 1};
    struct pn_address_limits *l = pn_address_limits_new(secrets, m.most_idle);
    if (l == NULL)
        exit(2);
    while (b.at != b.end) {
        step(l, &m, &b);
        CHECK_INT(pn_address_limits_size(l), m.count);
    }
    pn_address_limits_free(l);
    while (m.count > 0)
        drop_bucket(&m, m.buckets[0]);
    return 0;
}
