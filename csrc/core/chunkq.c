/* chunkq.c - a ring buffer of byte chunks, see chunkq.h. */
#include "core/chunkq.h"

#include <stdlib.h>
#include <string.h>

void
pn_chunkq_init(struct pn_chunkq *q)
{
    memset(q, 0, sizeof(*q));
}

static void
release(const struct pn_chunk *c)
{
    if (c->release != NULL)
        c->release(c->owner);
}

void
pn_chunkq_clear(struct pn_chunkq *q)
{
    /* A release function may run any code: the queue is empty before the first call. */
    struct pn_chunkq old = *q;
    pn_chunkq_init(q);
    for (size_t i = 0; i < old.count; i++)
        release(pn_chunkq_at(&old, i));
    free(old.ring);
}

struct pn_chunk *
pn_chunkq_at(const struct pn_chunkq *q, size_t i)
{
    return &q->ring[(q->head + i) & (q->capacity - 1)];
}

static int
grow(struct pn_chunkq *q)
{
    size_t capacity = q->capacity ? q->capacity * 2 : 4;
    struct pn_chunk *ring = malloc(capacity * sizeof(*ring));
    if (ring == NULL)
        return -1;
    for (size_t i = 0; i < q->count; i++)
        ring[i] = *pn_chunkq_at(q, i);
    free(q->ring);
    q->ring = ring;
    q->head = 0;
    q->capacity = capacity;
    return 0;
}

int
pn_chunkq_push(struct pn_chunkq *q, struct pn_chunk chunk)
{
    if (q->count == q->capacity && grow(q) < 0)
        return -1;
    q->count++;
    *pn_chunkq_at(q, q->count - 1) = chunk;
    q->bytes += chunk.len;
    return 0;
}

int
pn_chunkq_unshift(struct pn_chunkq *q, struct pn_chunk chunk)
{
    if (q->count == q->capacity && grow(q) < 0)
        return -1;
    q->head = (q->head + q->capacity - 1) & (q->capacity - 1);
    q->count++;
    *pn_chunkq_at(q, 0) = chunk;
    q->bytes += chunk.len;
    return 0;
}

struct pn_chunk
pn_chunkq_shift(struct pn_chunkq *q)
{
    struct pn_chunk chunk = *pn_chunkq_at(q, 0);
    q->head = (q->head + 1) & (q->capacity - 1);
    q->count--;
    q->bytes -= chunk.len;
    return chunk;
}

struct pn_chunk
pn_chunkq_pop(struct pn_chunkq *q)
{
    struct pn_chunk chunk = *pn_chunkq_at(q, q->count - 1);
    q->count--;
    q->bytes -= chunk.len;
    return chunk;
}

size_t
pn_chunkq_consume(struct pn_chunkq *q, size_t n)
{
    size_t released = 0;
    while (q->count > 0) {
        struct pn_chunk *first = pn_chunkq_at(q, 0);
        if (first->len > n) {
            first->base += n;
            first->len -= n;
            q->bytes -= n;
            break;
        }
        n -= first->len;
        struct pn_chunk chunk = pn_chunkq_shift(q);
        release(&chunk);
        released++;
    }
    return released;
}

struct pn_chunk
pn_chunk_copy(const char *base, size_t len)
{
    struct pn_chunk c = {NULL, 0, NULL, NULL};
    char *copy = malloc(len ? len : 1);
    if (copy == NULL)
        return c;
    memcpy(copy, base, len);
    c.base = copy;
    c.len = len;
    c.owner = copy;
    c.release = free;
    return c;
}

int
pn_chunkq_push_copy(struct pn_chunkq *q, const char *base, size_t len)
{
    struct pn_chunk chunk = pn_chunk_copy(base, len);
    if (chunk.base == NULL)
        return -1;
    int status = pn_chunkq_push(q, chunk);
    if (status < 0)
        chunk.release(chunk.owner);
    return status;
}
