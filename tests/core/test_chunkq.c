/* needs: hooks */
/* test_chunkq.c - the queue of chunks, against one plain array of bytes. */
#include "check.h"
#include "hooks.h"

#include "core/chunkq.h"

/* The naive model: the bytes in order, and the remaining length of each chunk. */
enum { MODEL_BYTES = 1 << 16, MODEL_CHUNKS = 1 << 10 };

struct model {
    char bytes[MODEL_BYTES];
    size_t length;
    size_t chunk[MODEL_CHUNKS];
    size_t count;
};

static void
model_push(struct model *m, const char *base, size_t len)
{
    memcpy(m->bytes + m->length, base, len);
    m->length += len;
    m->chunk[m->count++] = len;
}

static void
model_unshift(struct model *m, const char *base, size_t len)
{
    memmove(m->bytes + len, m->bytes, m->length);
    memcpy(m->bytes, base, len);
    m->length += len;
    memmove(m->chunk + 1, m->chunk, m->count * sizeof(*m->chunk));
    m->chunk[0] = len;
    m->count++;
}

static void
model_drop_chunk(struct model *m)
{
    m->count--;
    memmove(m->chunk, m->chunk + 1, m->count * sizeof(*m->chunk));
}

/* Returns the number of chunks consumed. */
static size_t
model_consume(struct model *m, size_t n)
{
    size_t gone = 0;
    m->length -= n;
    memmove(m->bytes, m->bytes + n, m->length);
    while (m->count > 0 && m->chunk[0] <= n) {
        n -= m->chunk[0];
        model_drop_chunk(m);
        gone++;
    }
    if (m->count > 0)
        m->chunk[0] -= n;
    return gone;
}

static void
check_same(const struct pn_chunkq *q, const struct model *m)
{
    size_t at = 0;
    CHECK_INT(q->count, m->count);
    CHECK_INT(q->bytes, m->length);
    for (size_t i = 0; i < q->count; i++) {
        const struct pn_chunk *c = pn_chunkq_at(q, i);
        CHECK_INT(c->len, m->chunk[i]);
        CHECK(memcmp(c->base, m->bytes + at, c->len) == 0);
        at += c->len;
    }
}

/* --- chunks whose release is counted --- */

struct owner {
    int released;
};

static void
release_owner(void *p)
{
    struct owner *o = p;
    o->released++;
}

static struct pn_chunk
owned(struct owner *o, const char *text)
{
    return (struct pn_chunk){text, strlen(text), o, release_owner};
}

/* --- tests --- */

static void
test_empty(void)
{
    struct pn_chunkq q;
    pn_chunkq_init(&q);
    CHECK_INT(q.count, 0);
    CHECK_INT(q.bytes, 0);
    CHECK_INT(pn_chunkq_consume(&q, 0), 0);
    pn_chunkq_clear(&q);
    pn_chunkq_clear(&q);
    CHECK_INT(hook_alloc_live(), 0);
}

static void
test_each_owner_is_released_once(void)
{
    struct owner o[6] = {{0}};
    struct pn_chunkq q;
    pn_chunkq_init(&q);
    CHECK_INT(pn_chunkq_push(&q, owned(&o[0], "abc")), 0);
    CHECK_INT(pn_chunkq_push(&q, owned(&o[1], "")), 0);
    CHECK_INT(pn_chunkq_push(&q, owned(&o[2], "defg")), 0);
    CHECK_INT(pn_chunkq_push(&q, owned(&o[3], "h")), 0);
    CHECK_INT(pn_chunkq_unshift(&q, owned(&o[4], "xy")), 0);
    CHECK_INT(pn_chunkq_push(&q, (struct pn_chunk){"static", 6, NULL, NULL}), 0);
    CHECK_INT(q.bytes, 16);

    CHECK_INT(pn_chunkq_consume(&q, 1), 0);
    CHECK_INT(pn_chunkq_consume(&q, 4), 3); /* xy, abc and the empty chunk after it */
    CHECK(o[4].released == 1 && o[0].released == 1 && o[1].released == 1 && o[2].released == 0);
    CHECK_INT(pn_chunkq_consume(&q, 2), 0);
    CHECK(pn_chunkq_at(&q, 0)->base[0] == 'f');

    struct pn_chunk first = pn_chunkq_shift(&q);
    CHECK_INT(first.len, 2);
    CHECK(first.owner == &o[2] && o[2].released == 0);
    CHECK_INT(q.bytes, 7);
    CHECK_INT(pn_chunkq_push(&q, (struct pn_chunk){"last", 4, NULL, NULL}), 0);
    struct pn_chunk last = pn_chunkq_pop(&q);
    CHECK(last.len == 4 && last.base[0] == 'l');
    CHECK_INT(q.bytes, 7);
    pn_chunkq_clear(&q);
    CHECK_INT(q.count, 0);
    CHECK_INT(q.bytes, 0);
    for (int i = 0; i < 5; i++)
        CHECK_INT(o[i].released, i != 2);
    CHECK_INT(hook_alloc_live(), 0);
}

static void
test_consume_zero_drops_empty_chunks(void)
{
    struct owner o[2] = {{0}};
    struct pn_chunkq q;
    pn_chunkq_init(&q);
    CHECK_INT(pn_chunkq_push(&q, owned(&o[0], "")), 0);
    CHECK_INT(pn_chunkq_push(&q, owned(&o[1], "a")), 0);
    CHECK_INT(pn_chunkq_consume(&q, 0), 1);
    CHECK(o[0].released == 1 && o[1].released == 0);
    pn_chunkq_clear(&q);
}

struct reentrant {
    struct pn_chunkq *q;
    size_t seen;
};

static void
release_and_look(void *p)
{
    struct reentrant *r = p;
    r->seen += r->q->count + 1;
    CHECK_INT(pn_chunkq_push(r->q, (struct pn_chunk){"n", 1, NULL, NULL}), 0);
}

/* A release function may run any code, which may use the queue. */
static void
test_release_may_push(void)
{
    struct pn_chunkq q;
    struct reentrant r = {&q, 0};
    pn_chunkq_init(&q);
    CHECK_INT(pn_chunkq_push(&q, (struct pn_chunk){"ab", 2, &r, release_and_look}), 0);
    CHECK_INT(pn_chunkq_consume(&q, 2), 1);
    CHECK_INT(r.seen, 1); /* the chunk was out of the queue already */
    CHECK(q.count == 1 && q.bytes == 1);

    for (int i = 0; i < 3; i++)
        CHECK_INT(pn_chunkq_push(&q, (struct pn_chunk){"ab", 2, &r, release_and_look}), 0);
    r.seen = 0;
    pn_chunkq_clear(&q);
    CHECK_INT(r.seen, 1 + 2 + 3); /* empty at the first call, then with the chunks that the calls before pushed */
    CHECK(q.count == 3 && q.bytes == 3);
    pn_chunkq_clear(&q);
    CHECK_INT(hook_alloc_live(), 0);
}

static void
test_copy(void)
{
    char text[] = "hello";
    struct pn_chunk c = pn_chunk_copy(text, 5);
    text[0] = 'J';
    CHECK_INT(c.len, 5);
    CHECK(memcmp(c.base, "hello", 5) == 0);
    c.release(c.owner);
    c = pn_chunk_copy(text, 0);
    CHECK(c.base != NULL && c.len == 0);
    c.release(c.owner);
    hook_fail_alloc(0, false);
    c = pn_chunk_copy(text, 5);
    hook_fail_alloc(-1, false);
    CHECK(c.base == NULL && c.len == 0 && c.release == NULL);
    CHECK_INT(hook_alloc_live(), 0);
}

static void
test_push_copy(void)
{
    struct pn_chunkq q;
    char text[] = "hello";
    pn_chunkq_init(&q);
    CHECK_INT(pn_chunkq_push_copy(&q, text, 5), 0);
    text[0] = 'J';
    CHECK(q.count == 1 && q.bytes == 5 && memcmp(pn_chunkq_at(&q, 0)->base, "hello", 5) == 0);
    hook_fail_alloc(0, false);
    CHECK_INT(pn_chunkq_push_copy(&q, text, 5), -1);
    hook_fail_alloc(-1, false);
    CHECK(q.count == 1 && q.bytes == 5);
    pn_chunkq_clear(&q);
    CHECK_INT(hook_alloc_live(), 0);
}

static void
random_step(struct random_source *r, struct pn_chunkq *q, struct model *m)
{
    char text[64];
    size_t len = random_below(r, 8) == 0 ? 0 : random_below(r, sizeof(text));
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + random_below(r, 26));
    bool room = m->length + sizeof(text) < MODEL_BYTES && m->count + 1 < MODEL_CHUNKS;
    size_t what = random_below(r, 6);
    if (what < 3 && room) {
        struct pn_chunk c = pn_chunk_copy(text, len);
        CHECK_INT(what < 2 ? pn_chunkq_push(q, c) : pn_chunkq_unshift(q, c), 0);
        what < 2 ? model_push(m, text, len) : model_unshift(m, text, len);
    }
    else if (what == 3 && m->count > 0) {
        struct pn_chunk c = pn_chunkq_shift(q);
        CHECK_INT(c.len, m->chunk[0]);
        CHECK(memcmp(c.base, m->bytes, c.len) == 0);
        c.release(c.owner);
        m->length -= c.len;
        memmove(m->bytes, m->bytes + c.len, m->length);
        model_drop_chunk(m);
    }
    else if (what > 3) {
        size_t n = random_below(r, 50) == 0 ? m->length : random_below(r, m->length < 90 ? m->length + 1 : 90);
        size_t gone = model_consume(m, n);
        CHECK_INT(pn_chunkq_consume(q, n), gone);
    }
}

static void
test_random_use(void)
{
    static struct model m;
    struct random_source r = {0x94d049bb133111eb};
    struct pn_chunkq q;
    pn_chunkq_init(&q);
    for (int step = 0; step < 40000; step++) {
        random_step(&r, &q, &m);
        check_same(&q, &m);
    }
    pn_chunkq_clear(&q);
    CHECK_INT(hook_alloc_live(), 0);
}

static void
test_out_of_memory(void)
{
    struct owner o = {0};
    struct pn_chunkq q;
    int refused = 0, held = 0;
    pn_chunkq_init(&q);
    for (int i = 0; i < 100; i++) {
        struct pn_chunk c = owned(&o, "abc");
        hook_fail_alloc(0, true);
        int status = i % 2 ? pn_chunkq_push(&q, c) : pn_chunkq_unshift(&q, c);
        hook_fail_alloc(-1, false);
        refused += status != 0;
        held += status == 0;
        CHECK_INT(q.count, held);
        CHECK_INT(q.bytes, 3 * held);
        if (status != 0) {
            CHECK_INT(pn_chunkq_push(&q, c), 0);
            held++;
        }
    }
    CHECK(refused > 0);
    CHECK_INT(o.released, 0);
    pn_chunkq_clear(&q);
    CHECK_INT(o.released, held);
    CHECK_INT(hook_alloc_live(), 0);
}

int
main(void)
{
    RUN(test_empty);
    RUN(test_each_owner_is_released_once);
    RUN(test_consume_zero_drops_empty_chunks);
    RUN(test_release_may_push);
    RUN(test_copy);
    RUN(test_push_copy);
    RUN(test_random_use);
    RUN(test_out_of_memory);
    return 0;
}
