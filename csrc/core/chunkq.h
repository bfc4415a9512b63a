/* chunkq.h - a queue of byte chunks that knows its length in bytes; the read side and the write side of a stream use
 * it.
 *
 * A chunk is a span of memory and the owner that keeps it valid. The queue owns its chunks: it calls
 * `release(owner)` once for each, when the chunk has been consumed or the queue is cleared. */
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
/* Releases every chunk and frees the ring; the queue is then as after init. */
void pn_chunkq_clear(struct pn_chunkq *q);

/* Appends a chunk. Returns 0, or -1 when out of memory: the caller still owns the chunk then. */
int pn_chunkq_push(struct pn_chunkq *q, struct pn_chunk chunk);
/* Appends a copy of `len` bytes. Returns 0, or -1 when out of memory. */
int pn_chunkq_push_copy(struct pn_chunkq *q, const char *base, size_t len);
/* As pn_chunkq_push(), at the front of the queue. */
int pn_chunkq_unshift(struct pn_chunkq *q, struct pn_chunk chunk);
/* Returns the i-th chunk from the front; `i` < count. Valid until the queue changes. */
struct pn_chunk *pn_chunkq_at(const struct pn_chunkq *q, size_t i);
/* Removes the first chunk and returns it; the caller owns it now. `count` > 0. */
struct pn_chunk pn_chunkq_shift(struct pn_chunkq *q);
/* The same with the last chunk. */
struct pn_chunk pn_chunkq_pop(struct pn_chunkq *q);
/* Removes `n` bytes (at most `bytes`) from the front, then the empty chunks that are at the front. Returns the
 * number of chunks released. */
size_t pn_chunkq_consume(struct pn_chunkq *q, size_t n);

/* Returns a chunk that owns a malloc'ed copy of `len` bytes; its `base` is NULL when out of memory. */
struct pn_chunk pn_chunk_copy(const char *base, size_t len);

#endif
