/* uv_internals.h - the private fields of libuv that pynet uses; no other file names one.
 *
 * They exist since libuv 1.44 at least. Check this file first with a new version of libuv. */
#ifndef PN_UVIO_UV_INTERNALS_H
#define PN_UVIO_UV_INTERNALS_H

#include <uv.h>

/* uv_fileno() without its checks: each message calls it. */
static inline int
pn_uv_stream_fd(const uv_stream_t *stream)
{
    return stream->io_watcher.fd;
}

/* Returns the epoll events that libuv has asked the backend for; 0: none, or not a descriptor of the loop. */
static inline unsigned
pn_uv_watched_events(const uv_loop_t *loop, int fd)
{
    const uv__io_t *w = (unsigned)fd < loop->nwatchers ? loop->watchers[fd] : NULL;
    return w != NULL ? w->events : 0;
}

static inline unsigned
pn_uv_active_requests(const uv_loop_t *loop)
{
    return loop->active_reqs.count;
}

static inline void
pn_uv_set_active_requests(uv_loop_t *loop, unsigned count)
{
    loop->active_reqs.count = count;
}

/* The descriptor that libuv closes when accept() runs out of descriptors. */
static inline void
pn_uv_set_emfile_fd(uv_loop_t *loop, int fd)
{
    loop->emfile_fd = fd;
}

#endif
