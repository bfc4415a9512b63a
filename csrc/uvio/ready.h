/* ready.h - reads streams without uv_run(): see posix/ready.c. Linux only; elsewhere all of it does nothing. */
#ifndef PN_UVIO_READY_H
#define PN_UVIO_READY_H

#include <stdbool.h>

#include "uvio/loop.h"

struct pn_stream;

#ifdef __linux__

/* Puts the wake pipe into the backend, or modifies it there, which fails if the backend is not libuv's any more. Returns 0,
 * or a status. */
int pn_ready_mark(struct pn_loop *loop, bool again);

/* Makes loop->ready, or leaves it NULL when out of memory: then libuv does everything. */
void pn_ready_open(struct pn_loop *loop);
void pn_ready_close(struct pn_loop *loop);

/* The stream has this descriptor, until pn_ready_remove(). */
void pn_ready_add(struct pn_loop *loop, struct pn_stream *s, int fd);
void pn_ready_remove(struct pn_loop *loop, int fd);

/* Waits for a short time if messages have come quickly so far. Returns 1 if the wait is over, with `*woken` if the wake
 * pipe has bytes; 0 if the caller must wait for what is left of `*timeout_ns`; or UV_EBADF. Called without the lock. */
int pn_ready_wait(struct pn_loop *loop, int64_t *timeout_ns, bool *woken);

#else

static inline void
pn_ready_open(struct pn_loop *loop)
{
    (void)loop;
}

static inline void
pn_ready_close(struct pn_loop *loop)
{
    (void)loop;
}

static inline int
pn_ready_wait(struct pn_loop *loop, int64_t *timeout_ns, bool *woken)
{
    (void)loop, (void)timeout_ns, (void)woken;
    return 0;
}

static inline int
pn_ready_mark(struct pn_loop *loop, bool again)
{
    (void)loop, (void)again;
    return 0;
}

static inline void
pn_ready_add(struct pn_loop *loop, struct pn_stream *s, int fd)
{
    (void)loop, (void)s, (void)fd;
}

static inline void
pn_ready_remove(struct pn_loop *loop, int fd)
{
    (void)loop, (void)fd;
}

#endif

#endif
