/* uv_internals.h - the private fields of libuv that pynet uses; no other file names one.
 *
 * They exist since libuv 1.44 at least. Check this file first with a new version of libuv. */
#ifndef PN_UVIO_UV_INTERNALS_H
#define PN_UVIO_UV_INTERNALS_H

#include <stddef.h>
#include <string.h>
#include <uv.h>

#ifndef _WIN32

#include <poll.h>

/* uv_fileno() without its checks: each message calls it. */
static inline int
pn_uv_stream_fd(const uv_stream_t *stream)
{
    return stream->io_watcher.fd;
}

/* Returns whether libuv reads the stream when it has input: not after uv_read_stop(), an end, an error or uv_close(). */
static inline int
pn_uv_is_reading(const uv_stream_t *stream)
{
    return (stream->io_watcher.pevents & POLLIN) != 0;
}

/* The callbacks of uv_read_start(). */
static inline uv_read_cb
pn_uv_read_cb(const uv_stream_t *stream)
{
    return stream->read_cb;
}

static inline uv_alloc_cb
pn_uv_alloc_cb(const uv_stream_t *stream)
{
    return stream->alloc_cb;
}

/* Makes a handle of a descriptor that uv_write2() sends: all that it looks at are the type, the flags and the
 * descriptor. `memory` has the size of a uv_pipe_t. */
static inline uv_stream_t *
pn_uv_handle_to_send(void *memory, int fd)
{
    uv_pipe_t *pipe = memory;
    *pipe = (uv_pipe_t){.type = UV_NAMED_PIPE, .io_watcher.fd = fd};
    return (uv_stream_t *)(void *)pipe;
}

/* Returns the epoll events that libuv has asked the backend for; 0: none, or not a descriptor of the loop. */
static inline unsigned
pn_uv_watched_events(const uv_loop_t *loop, int fd)
{
    const uv__io_t *w = (unsigned)fd < loop->nwatchers ? loop->watchers[fd] : NULL;
    return w != NULL ? w->events : 0;
}

/* Returns the epoll events that libuv will ask the backend for if this descriptor is the first in its queue of changes,
 * and new there; else 0. */
static inline unsigned
pn_uv_next_new_events(const uv_loop_t *loop, int fd)
{
    const uv__io_t *w = (unsigned)fd < loop->nwatchers ? loop->watchers[fd] : NULL;
    const void *first = *(void *const *)&loop->watcher_queue;
    return w != NULL && first == (const void *)&w->watcher_queue && w->events == 0 ? w->pevents : 0;
}

/* The backend has been asked for pn_uv_next_new_events(): libuv does not ask again. */
static inline void
pn_uv_set_asked(uv_loop_t *loop, int fd)
{
    uv__io_t *w = loop->watchers[fd];
    void *queue = &loop->watcher_queue, *node = &w->watcher_queue, *second, *alone[2] = {node, node};
    w->events = w->pevents;
    memcpy(&second, node, sizeof(second));
    memcpy(queue, &second, sizeof(second));
    memcpy((char *)second + sizeof(second), &queue, sizeof(queue));
    memcpy(node, alone, sizeof(alone));
}

/* Makes libuv forget the next descriptor that it watches, and has told its backend of; it stays open, and stays counted:
 * with a count of 0 libuv asserts that no descriptor waits for the poll, and two streams with one number count as one.
 * Returns the descriptor, or -1 when there is none. */
static inline int
pn_uv_forget_watched(uv_loop_t *loop)
{
    for (unsigned fd = 0; fd < loop->nwatchers; fd++) {
        uv__io_t *w = loop->watchers[fd];
        if (w == NULL)
            continue;
        w->pevents = w->events = 0;
        loop->watchers[fd] = NULL;
        return (int)fd;
    }
    return -1;
}

/* libuv queues a descriptor that has got a hang-up or an error, although the events that it asks for stay the same.
 * Returns the next one after `*at` (NULL: the first), or -1. */
static inline int
pn_uv_next_unchanged(const uv_loop_t *loop, const void **at)
{
    const void *queue = &loop->watcher_queue;
    for (const void *q = *at != NULL ? *at : queue; (q = *(void *const *)q) != queue;) {
        const uv__io_t *w = (const uv__io_t *)(const void *)((const char *)q - offsetof(uv__io_t, watcher_queue));
        *at = q;
        if (w->events != 0 && w->events == w->pevents)
            return w->fd;
    }
    return -1;
}

/* Returns whether the next poll tells the backend of descriptors. */
static inline int
pn_uv_has_changes(const uv_loop_t *loop)
{
    const void *queue = &loop->watcher_queue;
    return *(void *const *)queue != queue;
}

/* Returns whether the next uv_run() calls something back before it polls. libuv 1.47 has given the queue another type;
 * its first word has stayed a pointer to the first entry, or to itself. */
static inline int
pn_uv_has_pending(const uv_loop_t *loop)
{
    const void *queue = &loop->pending_queue;
    return *(void *const *)queue != queue;
}

/* Returns whether the next uv_run() ends the closing of handles. */
static inline int
pn_uv_has_closing(const uv_loop_t *loop)
{
    return loop->closing_handles != NULL;
}

/* What pn_uv_skip_poll() has taken away from libuv. */
struct pn_uv_skipped {
    void *queue[2];
    unsigned nfds;
    int active;
};

/* Makes the poll of this uv_run() return at once, as without descriptors: the queue of changes must be empty then. Call it
 * in the prepare phase when nothing is pending, and pn_uv_end_skip() first of all in the check phase: no callback comes in
 * between. */
static inline void
pn_uv_skip_poll(uv_loop_t *loop, struct pn_uv_skipped *skipped)
{
    void *none[2] = {&loop->watcher_queue, &loop->watcher_queue};
    memcpy(skipped->queue, &loop->watcher_queue, sizeof(none));
    memcpy(&loop->watcher_queue, none, sizeof(none));
    skipped->nfds = loop->nfds;
    loop->nfds = 0;
    skipped->active = 1;
}

static inline void
pn_uv_end_skip(uv_loop_t *loop, struct pn_uv_skipped *skipped)
{
    if (!skipped->active)
        return;
    memcpy(&loop->watcher_queue, skipped->queue, sizeof(skipped->queue));
    loop->nfds = skipped->nfds;
    skipped->active = 0;
}

#else

void uv__insert_pending_req(uv_loop_t *loop, uv_req_t *req);

/* What libuv does with a packet that it has taken from its port: the next uv_run() handles it before all others. */
static inline void
pn_uv_take_packet(uv_loop_t *loop, OVERLAPPED *packet)
{
    uv__insert_pending_req(loop, (uv_req_t *)(void *)((char *)packet - offsetof(uv_req_t, u.io.overlapped)));
}

#endif

/* Returns whether a referenced handle is active, beside this one, which is. */
static inline int
pn_uv_has_others(const uv_handle_t *handle)
{
    return handle->loop->active_handles > 1;
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

#ifndef _WIN32

/* The descriptor that libuv closes when accept() runs out of descriptors. */
static inline void
pn_uv_set_emfile_fd(uv_loop_t *loop, int fd)
{
    loop->emfile_fd = fd;
}

#endif

#endif
