/* loop.h - the event loop: libuv's, with pynet's own clock, timers, wake-up and wait.
 *
 * All functions are called by the thread that holds the loop's lock (the GIL), except pn_loop_wait(), which the
 * driving thread calls without it. Nothing here knows Python. *
 * The files of this folder, for all systems:
 *   loop.c          the turn, timers, posted completions
 *   stream.c        a stream over a libuv handle: connect, read, write, close; sockopt.c: its socket options
 *   stream_direct.c a stream that a thread reads itself
 *   listener.c      a listening descriptor: accepts, sheds connections when descriptors run out (EMFILE)
 *   brake.c         the processes of a cluster count their connections, and who has too many waits
 *   handles.c       all streams and listeners at once: orderly close, exit
 *   resolve.c       getaddrinfo() on threads; resolve_code.c: Node's codes for its failures
 *   sockaddr.c      struct pn_addr to and from struct sockaddr
 *   net.h           the system's sockets
 *   ready.h         streams with input, without uv_run(): posix/ready.c, Linux
 *   uv_internals.h  the private fields of libuv that pynet uses
 * posix/ and windows/ have what differs, behind loop_os.h, stream_os.h, listener_os.h, resolve_os.h, and behind the
 * headers without a .c file here: bind.h, embed.h, fd.h, path_access.h, path_file.h, signal_mask.h, signals.h, user_fd.h,
 * wake_fd.h. */
#ifndef PN_UVIO_LOOP_H
#define PN_UVIO_LOOP_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "core/links.h"
#include "core/timers.h"
#include "core/times.h"
#include "uvio/brake.h"
#include "uvio/fd_table.h"
#include "uvio/resolve.h"

/* A read takes up to PN_READ_SIZE bytes; after full reads, up to twice or four times as much (see
 * pn_stream_read_big()). */
#define PN_READ_SIZE    65536
#define PN_READ_CLASSES 3
#define PN_SLAB_SIZE    (PN_READ_SIZE << (PN_READ_CLASSES - 1))

struct pn_loop;

/* A timer of the loop, embedded in its owner. Deadlines are absolute, in nanoseconds of uv_hrtime(). */
struct pn_loop_timer {
    struct pn_timer t;                    /* first: the heap returns a pointer to it */
    void (*fire)(struct pn_loop_timer *); /* disarmed when called; may free the owner */
    bool referenced;                      /* keeps the loop alive */
};

/* A descriptor whose watcher is about to change. libuv aborts the process when epoll refuses a descriptor, so the
 * turn checks those that code outside pynet may have closed before it calls uv_run(). */
struct pn_fd_recheck {
    struct pn_link link; /* first: in loop->fds_to_recheck */
    int fd;
    bool of_listener;
};

/* A completion that is delivered later, embedded in its owner: in the next turn, or after the poll of this one. */
struct pn_posted {
    struct pn_posted *next, **link; /* in loop->posted or loop->pending; `link` NULL: in neither */
};

struct pn_posted_list {
    struct pn_posted *first; /* the oldest */
    struct pn_posted **end;
};

/* Counts live objects, for the tests: all zero when everything is closed. */
struct pn_loop_counts {
    size_t streams;
    size_t listeners;
    size_t requests;
};

/* The loop in the loop of a host, see embed.h. */
struct pn_embedding {
    int fd;         /* the descriptor that the host watches; -1: there is no host */
    int timer_fd;   /* Linux only */
    uint64_t armed; /* the deadline that the timer is set to; 0: to none */
    unsigned turns;
    bool drain;  /* bytes may be in the wake pipe: this turn reads them */
    bool silent; /* libuv's backend is not watched */
};

struct pn_loop {
    uv_loop_t uv;     /* first: streams find their loop by it */
    uv_check_t check; /* a referenced handle: without one libuv never polls */
    uv_prepare_t prepare;
#ifdef _WIN32
    uv_async_t wake;        /* what wakes the wait */
    struct pn_link closing; /* streams, by their `group`: from pn_stream_close() until `closed` */
    struct pn_link held;    /* streams, likewise: connected, see pn_stream_os_holds() */
#endif
    jmp_buf *leave; /* borrowed: where before_poll() leaves uv_run() to */
    struct pn_timers timers;
    size_t timers_referenced;
    struct pn_resolver *resolver;  /* own; created on first use */
    struct pn_posted_list posted;  /* for the next turn */
    struct pn_posted_list pending; /* as libuv's pending queue: before the immediates, or when the next turn begins */
    struct pn_link fds_to_recheck; /* POSIX: of pn_fd_recheck, oldest first: the order of libuv's queue */
    struct pn_fd_table fds;        /* of streams and listeners */
#ifdef __linux__
    struct pn_ready *ready; /* own; see ready.h. NULL: no memory was left */
#endif
    bool checked; /* what follows the poll of this turn has run */
    /* Set with the first stream or listener, since all have the same: a field of each would cost memory. */
    void (*deliver)(struct pn_posted *p);             /* after its removal from the list; may free the owner */
    void (*recheck_fd)(struct pn_loop *loop, int fd); /* pn_loop_recheck_fd() for the owner of the descriptor */
    void (*bad_stream_fd)(struct pn_fd_recheck *t);   /* the descriptor is not open any more */
    void (*bad_listener_fd)(struct pn_fd_recheck *t);
    char *slab;                         /* own: the read buffer of streams without `own_buffer` */
    void (*on_check)(struct pn_loop *); /* called after the poll phase: runs the immediates */
    void *data;
    struct pn_loop_counts counts;
    size_t idle_listeners; /* referenced, but not watching for connections just now */
    size_t asked;          /* calls of user lookup functions, and of the cluster's primary, that have not answered */
    size_t writing;        /* streams with a queued write */
    size_t direct;         /* referenced streams that threads read themselves */
    uint64_t opened;       /* streams and listeners so far */
    uint64_t turns;        /* turns so far */
    uint64_t ready_turns;  /* those in which libuv has not polled, for the tests */
    struct pn_times times;
    uint64_t syscalls_write; /* send calls made by pynet, for the tests */
    struct pn_brake brake;   /* counts the connections that servers have accepted */
    struct pn_embedding embed;
    int wake_read, wake_write;
    void *packet;   /* Windows: what the wait has taken from libuv's port, and libuv has not got yet */
    int backend;    /* libuv's: epoll, kqueue */
    int reserve_fd; /* closed in order to accept and shed connections at EMFILE */
    int polling;    /* the driver is in the wait, or about to enter it; or a host waits for embed.fd */
    int woken;      /* the wake pipe was written to since then */
    int halted;     /* this turn dispatches no more events */
    int dead;       /* created before a fork(), or its backend is gone */
    bool closed;
};

/* Returns a new loop, or NULL with `*status` set. */
struct pn_loop *pn_loop_new(int *status);
/* Frees everything once all handles are closed. Returns UV_EBUSY, and frees nothing, if some are not. */
int pn_loop_free(struct pn_loop *loop);

/* Makes the wait return if the driver is in it; cheap if it is not. Call after every change from outside. */
static inline void pn_loop_wake(struct pn_loop *loop);
void pn_loop_wake_slow(struct pn_loop *loop);

/* Returns the nanoseconds that the wait may last: 0 not at all, -1 without limit. `now`: uv_hrtime(). */
int64_t pn_loop_timeout(struct pn_loop *loop, uint64_t now);
/* Waits for events, a wake-up or the end of `timeout_ns`. Returns 0, or UV_EBADF if the backend's descriptor is
 * gone: the loop is dead then and must not run. Signals make it return early. Called without the lock. */
int pn_loop_wait(struct pn_loop *loop, int64_t timeout_ns);
/* Reads all bytes from the wake pipe. */
void pn_loop_drain(struct pn_loop *loop);
/* Returns whether libuv's backend is the one that it made. libuv aborts the process when code outside pynet has closed
 * that descriptor, or another file has its number by now. */
bool pn_loop_can_run(struct pn_loop *loop);
/* Runs one turn: posted completions, lookups, libuv, due timers. Stops early once `halted` is set. */
void pn_loop_turn(struct pn_loop *loop);
/* Returns whether anything referenced is left: handles, requests, timers, completions, lookups. */
bool pn_loop_alive(struct pn_loop *loop);

/* Returns 0, or UV_ENOMEM. Moves a timer that is armed. */
int pn_loop_arm(struct pn_loop *loop, struct pn_loop_timer *t, uint64_t deadline);
void pn_loop_disarm(struct pn_loop *loop, struct pn_loop_timer *t);
void pn_loop_timer_init(struct pn_loop_timer *t, void (*fire)(struct pn_loop_timer *), bool referenced);
void pn_loop_timer_ref(struct pn_loop *loop, struct pn_loop_timer *t, bool referenced);

void pn_loop_recheck_fd(struct pn_loop *loop, struct pn_fd_recheck *t, int fd);
/* Call before the descriptor is closed or the owner freed. */
void pn_loop_forget_fd(struct pn_fd_recheck *t);

/* Appends to the list and wakes the driver; pn_loop_post_first() prepends and does not wake. They do nothing if `p` is
 * in a list. */
void pn_loop_post(struct pn_loop *loop, struct pn_posted *p);
void pn_loop_post_pending(struct pn_loop *loop, struct pn_posted *p);
void pn_loop_post_first(struct pn_loop *loop, struct pn_posted *p);
void pn_loop_unpost(struct pn_loop *loop, struct pn_posted *p);

/* Returns about the time: that of the turn's start, if one is under way. */
static inline uint64_t
pn_loop_about_now(const struct pn_loop *loop)
{
    uint64_t turn = pn_times_turn_since(&loop->times);
    return turn != 0 ? turn : uv_hrtime();
}

/* Returns the resolver, created on first use; NULL when out of memory. */
struct pn_resolver *pn_loop_resolver(struct pn_loop *loop);

static inline void
pn_loop_wake(struct pn_loop *loop)
{
    if (loop->polling && !loop->woken)
        pn_loop_wake_slow(loop);
}

#endif
