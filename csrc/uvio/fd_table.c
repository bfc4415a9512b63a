/* fd_table.c - a bitmap of descriptors that grows with the highest one; see fd_table.h. */
#include "uvio/fd_table.h"

#include <stdlib.h>

#include "uvio/grow.h"

#define BITS 64

static bool
reserve(struct pn_fd_table *t, size_t words)
{
    uint64_t *bits = pn_grow_zeroed(t->bits, &t->words, words, sizeof(*bits));
    if (bits != NULL)
        t->bits = bits;
    return bits != NULL;
}

void
pn_fd_table_add(struct pn_fd_table *t, int fd)
{
    if (fd < 0)
        return;
#ifdef _WIN32
    /* libuv closes the handle of a pipe when it ends: its number is free before the stream is closed. */
    t->incomplete = true;
    return;
#endif
    if (pn_fd_table_has(t, fd) || !reserve(t, (size_t)fd / BITS + 1))
        t->incomplete = true;
    else
        t->bits[fd / BITS] |= (uint64_t)1 << (fd % BITS);
}

void
pn_fd_table_remove(struct pn_fd_table *t, int fd)
{
    if (pn_fd_table_has(t, fd))
        t->bits[fd / BITS] &= ~((uint64_t)1 << (fd % BITS));
}

bool
pn_fd_table_has(const struct pn_fd_table *t, int fd)
{
    return fd >= 0 && (size_t)fd / BITS < t->words && (t->bits[fd / BITS] >> (fd % BITS) & 1) != 0;
}

void
pn_fd_table_clear(struct pn_fd_table *t)
{
    free(t->bits);
    *t = (struct pn_fd_table){NULL, 0, false};
}
