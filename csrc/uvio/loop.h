/* loop.h - the one event loop: libuv's, with a clock, timers, a wake-up and a wait of our own.
 *
 * Everything here is called by the thread that holds the loop's lock (the GIL), except pn_loop_wait(), which is
 * called by the driving thread without it. Nothing here knows Python. */
#ifndef PN_UVIO_LOOP_H
#define PN_UVIO_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "core/timers.h"
#include "uvio/resolve.h"

/* A read takes up to PN_READ_SIZE bytes, or while it is one of many twice or four times as much. */
#define PN_READ_SIZE    65536
#define PN_READ_CLASSES 3
#define PN_SLAB_SIZE    (PN_READ_SIZE << (PN_READ_CLASSES - 1))

struct pn_loop;

/* A timer of the loop, embedded in its owner. Deadlines are absolute, in nanoseconds of uv_hrtime(). */
struct pn_loop_timer {
    struct pn_timer t;                    /* first: the heap hands this back */
    void (*fire)(struct pn_loop_timer *); /* disarmed when called; may free the owner */
    bool referenced;                      /* counts as work */
};

/* A descriptor whose watcher is about to change. libuv aborts the process when epoll refuses a descriptor, so those
 * that somebody may have closed behind our back are looked at before each uv_run(). */
struct pn_fd_recheck {
    struct pn_fd_recheck *next, **link;  /* in loop->fds_to_recheck; `link` NULL: not in it */
    void (*bad)(struct pn_fd_recheck *); /* the descriptor is not open any more */
    int fd;
};

/* A completion that the next turn delivers, embedded in its owner. */
struct pn_posted {
    struct pn_posted *next, **link;       /* in loop->posted; `link` NULL: not in it */
    void (*deliver)(struct pn_posted *p); /* called when it has been taken out of the list; may free the owner */
};

/* Live objects, for the tests: all zero when everything is closed. */
struct pn_loop_counts {
    size_t streams;
    size_t listeners;
    size_t requests;
};

struct pn_loop {
    uv_loop_t uv;     /* first: streams find their loop by it */
    uv_check_t check; /* the referenced handle without which libuv never polls */
    struct pn_timers timers;
    size_t timers_referenced;
    struct pn_resolver *resolver; /* own, made on demand */
    struct pn_posted *posted;     /* oldest first */
    struct pn_posted **posted_end;
    struct pn_fd_recheck *fds_to_recheck;
    char *slab;                         /* own: where small reads land */
    void (*on_check)(struct pn_loop *); /* after the poll phase: immediates */
    void *data;
    struct pn_loop_counts counts;
    size_t idle_listeners;   /* referenced, but not watching for connections just now */
    size_t asked;            /* lookups by functions of the user's that may still answer */
    size_t writing;          /* streams with a queued write */
    uint64_t turns;          /* uv_run() calls, for the tests */
    uint64_t syscalls_write; /* send calls made by us, for the tests */
    int wake_read, wake_write;
    int reserve_fd; /* given up to accept and shed when descriptors run out */
    int polling;    /* the driver is, or is about to be, in the wait */
    int woken;      /* the wake pipe has been written since */
    int halted;     /* nothing more is dispatched in this turn */
    int dead;       /* belongs to a process before fork(), or its backend is gone */
    bool polled;    /* the backend has been looked at since anything of the user's ran */
    bool closed;
};

/* A new loop, or NULL with `*status` set. */
struct pn_loop *pn_loop_new(int *status);
/* All handles are closed: frees everything. Returns UV_EBUSY, and frees nothing, when some are not. */
int pn_loop_free(struct pn_loop *loop);

/* Makes the wait return if the driver is in it; cheap when it is not. Call after every change from outside. */
static inline void pn_loop_wake(struct pn_loop *loop);
void pn_loop_wake_slow(struct pn_loop *loop);

/* Nanoseconds that the wait may last: 0 not at all, -1 for ever. */
int64_t pn_loop_timeout(struct pn_loop *loop);
/* Waits for events, a wake-up or the end of `timeout_ns`. 0, or UV_EBADF when the backend's descriptor is gone: the
 * loop is dead then and must not be run. Signals make it return early. Called without the lock. */
int pn_loop_wait(struct pn_loop *loop, int64_t timeout_ns);
/* One turn: posted completions, lookups, libuv, due timers. Stops early when `halted` is set. */
void pn_loop_turn(struct pn_loop *loop);
/* Something referenced is left: handles, requests, timers, completions, lookups. */
bool pn_loop_alive(struct pn_loop *loop);

/* 0, or UV_ENOMEM. Moves a timer that is armed. */
int pn_loop_arm(struct pn_loop *loop, struct pn_loop_timer *t, uint64_t deadline);
void pn_loop_disarm(struct pn_loop *loop, struct pn_loop_timer *t);
void pn_loop_timer_init(struct pn_loop_timer *t, void (*fire)(struct pn_loop_timer *), bool referenced);
void pn_loop_timer_ref(struct pn_loop *loop, struct pn_loop_timer *t, bool referenced);

void pn_loop_recheck_fd(struct pn_loop *loop, struct pn_fd_recheck *t, int fd);
/* To be called before the descriptor is closed, or the owner freed. */
void pn_loop_forget_fd(struct pn_fd_recheck *t);

/* At the end of the list, or at its front; wakes the driver. No-op when it is in the list. */
void pn_loop_post(struct pn_loop *loop, struct pn_posted *p);
void pn_loop_post_first(struct pn_loop *loop, struct pn_posted *p);
void pn_loop_unpost(struct pn_loop *loop, struct pn_posted *p);

/* The resolver, made when first asked for; NULL when out of memory. */
struct pn_resolver *pn_loop_resolver(struct pn_loop *loop);

static inline void
pn_loop_wake(struct pn_loop *loop)
{
    if (loop->polling && !loop->woken)
        pn_loop_wake_slow(loop);
}

#endif
