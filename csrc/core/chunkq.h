/* chunkq.h - a queue of byte chunks with its length in bytes; both halves of a stream use it.
 *
 * A chunk is a span of memory and the owner that keeps it alive. The queue owns what it holds: `release(owner)` is
 * called once for each chunk, when it has been consumed or the queue is cleared. */
#ifndef PN_CORE_CHUNKQ_H
#define PN_CORE_CHUNKQ_H

#include <stddef.h>

struct pn_chunk {
    const char *base;
    size_t len;
    void *owner;
    void (*release)(void *owner); /* NULL: nothing to release */
};

struct pn_chunkq {
    struct pn_chunk *ring; /* own */
    size_t head;           /* index of the first chunk */
    size_t count;
    size_t capacity; /* a power of two, or 0 */
    size_t bytes;    /* sum of all lengths */
};

void pn_chunkq_init(struct pn_chunkq *q);
/* Releases every chunk and frees the ring; the queue is as after init. */
void pn_chunkq_clear(struct pn_chunkq *q);

/* Appends; 0, or -1 when out of memory: the chunk is then still the caller's. */
int pn_chunkq_push(struct pn_chunkq *q, struct pn_chunk chunk);
/* The same in front of all others. */
int pn_chunkq_unshift(struct pn_chunkq *q, struct pn_chunk chunk);
/* The i-th chunk from the front; `i` < count. Valid until the queue changes. */
struct pn_chunk *pn_chunkq_at(const struct pn_chunkq *q, size_t i);
/* Takes the first chunk out; it is the caller's now. `count` > 0. */
struct pn_chunk pn_chunkq_shift(struct pn_chunkq *q);
/* Drops `n` <= bytes from the front, and with them the empty chunks they leave at the front; returns the chunks
 * released. */
size_t pn_chunkq_consume(struct pn_chunkq *q, size_t n);

/* A chunk that owns a malloc'ed copy of `len` bytes; base is NULL when out of memory. */
struct pn_chunk pn_chunk_copy(const char *base, size_t len);

#endif
