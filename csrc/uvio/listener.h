/* listener.h - a listening descriptor: bind, listen, watch, accept.
 *
 * libuv's close callback frees a listener; `owner` and the events are not used after pn_listener_close(). */
#ifndef PN_UVIO_LISTENER_H
#define PN_UVIO_LISTENER_H

#include <stdbool.h>
#include <uv.h>

#include "core/addr.h"
#include "uvio/bind.h"
#include "uvio/loop.h"
#include "uvio/stream.h"

#define PN_ACCEPTS_A_TURN 16

struct pn_listener;

/* Whether other processes listen with the same descriptor. */
enum pn_sharing {
    PN_NOT_SHARED,
    PN_SHARED,           /* all accept */
    PN_SHARED_BRAKED,    /* all accept; who has too many connections waits first: brake.h */
    PN_SHARED_DELIVERED, /* another process accepts, and sends the connections: it is not watched */
};

/* Called on the driving thread with the lock held; each may close the listener. */
struct pn_listener_events {
    /* A connection was accepted; the owner now owns its descriptor. `peer` has family 0 on a unix socket. Returns
     * false to accept no more in this turn. */
    bool (*accepted)(struct pn_listener *l, int fd, const struct pn_addr *peer);
    /* accept() failed, but not for lack of descriptors or memory. The listener continues unless it is `dead`. */
    void (*failed)(struct pn_listener *l, int status);
    /* --- for all listeners of the loop at once, see handles.h; not called without an owner --- */
    void (*close_in_order)(struct pn_listener *l);
    void (*abandon)(struct pn_listener *l); /* at exit: closes without an event */
};

struct pn_listener {
    struct pn_loop *loop;                    /* borrowed */
    void *owner;                             /* borrowed */
    const struct pn_listener_events *events; /* set with the owner */
    struct pn_path_file file;                /* own: unlinked on close */
    struct pn_loop_timer retry;              /* armed after EMFILE and the like, and by the brake */
    struct pn_fd_recheck recheck;
    uint64_t opened; /* about when, by uv_hrtime() */
    int fd;          /* own; -1 when code outside pynet has closed it */
    uint8_t kind;    /* enum pn_stream_kind */
    bool watching;
    bool paused; /* by the owner */
    bool closing;
    bool unref;
    bool dead;       /* the descriptor accepts no more: code outside pynet has closed it or shut it down */
    bool idle;       /* counted in loop->idle_listeners */
    uint8_t sharing; /* enum pn_sharing */
    bool braking;    /* `retry` is armed by the brake */
    void (*ready)(struct pn_listener *l, int status); /* by the system's part: what it calls */
    struct pn_pipe_server *pipes;                     /* own; Windows: the instances of a named pipe */
    union {
        uv_handle_t any;
        uv_poll_t poll;
        uv_async_t async; /* Windows: of a named pipe */
    } handle;
};

/* Binds (`flags` as for pn_bind_tcp()) and listens. Returns NULL with `*status` set on failure. */
struct pn_listener *pn_listener_tcp(struct pn_loop *loop, const struct pn_addr *at, unsigned flags, int backlog,
                                    int *status);
/* The same at a path; of the flags only PN_BIND_UNLINK_STALE counts. The file has its mode and its group before listen(2),
 * so before the first connection. */
struct pn_listener *pn_listener_path(struct pn_loop *loop, const char *path, size_t len, unsigned flags,
                                     struct pn_path_access *access, int backlog, int *status);
/* Listens on a bound (or already listening) socket and takes over its descriptor. On failure the caller still owns
 * the descriptor, and its flags are unchanged. The listener unlinks no file unless the caller
 * sets `file`. */
struct pn_listener *pn_listener_fd(struct pn_loop *loop, int fd, enum pn_stream_kind kind, int backlog, int *status);

/* The same on a descriptor that already listens, in other processes too: leaves its backlog and its flags as they are. */
struct pn_listener *pn_listener_shared(struct pn_loop *loop, int fd, enum pn_stream_kind kind, enum pn_sharing sharing,
                                       int *status);

/* Starts to accept (the owner and the events are set by now), or stops; connections then wait in the kernel. */
int pn_listener_start(struct pn_listener *l);
void pn_listener_pause(struct pn_listener *l);
/* Unlinks its file and closes the descriptor. */
void pn_listener_close(struct pn_listener *l);
void pn_listener_ref(struct pn_listener *l, bool referenced);
bool pn_listener_local(const struct pn_listener *l, struct pn_addr *out);
/* Prepares a connection that another process has accepted for a listener of this kind, and gets the address of its peer.
 * 0; UV_ENOTCONN if it is not connected any more; UV_EINVAL if it is no such connection. */
int pn_listener_delivered(const struct pn_listener *l, int fd, struct pn_addr *peer);
/* Closes an accepted descriptor that is not wanted. */
void pn_listener_refuse(int fd);
struct pn_listener *pn_listener_of_handle(uv_handle_t *handle);

/* Also true for one that closes. */
static inline bool
pn_is_listener(const uv_handle_t *handle)
{
    return handle->type == UV_POLL || (handle->type == UV_ASYNC && handle->data != NULL);
}

#endif
