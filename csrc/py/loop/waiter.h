/* waiter.h - a thread or an asyncio task that waits for something that the loop does, and how it is woken.
 *
 * What has come stays where it is until the waiter takes it: to wake it means no more than "look again". So a task that
 * is cancelled and a wait that times out lose nothing. */
#ifndef PN_PY_LOOP_WAITER_H
#define PN_PY_LOOP_WAITER_H

#include "py/base/state.h"

struct pn_host; /* an asyncio loop with waiting tasks: waiter.c */

/* Embedded in a Python object, its owner, which calls pn_waiter_end() before it is freed. */
struct pn_waiter {
    struct pn_link all;   /* in st->waiters, while it waits */
    struct pn_link awake; /* in st->awake or the host's list, from pn_waiter_wake() until the turn ends */
    struct pn_loop_timer timer;
    PnState *st;                          /* borrowed */
    PyObject *owner;                      /* borrowed */
    struct pn_host *host;                 /* own, while it waits in a task; NULL: in a thread */
    PyObject *wakes;                      /* own, not traversed: the asyncio future, or the lock of the thread; or */
    struct pn_wake_fd wake;               /* own: what wakes the thread, unless both are -1 */
    void (*dropped)(struct pn_waiter *w); /* the asyncio loop is closed: the task will never look again */
    unsigned generation;                  /* when the wait began */
    unsigned forks;
    bool waits;
    bool woken;
    bool set; /* `wake` is */
    bool timed_out;
};

void pn_waiter_init(struct pn_waiter *w, PnState *st, PyObject *owner, void (*dropped)(struct pn_waiter *));

/* The asyncio loop that runs on this thread. New reference; NULL without an exception when there is none, or NULL with
 * one. Does not import asyncio. */
PyObject *pn_running_loop(PnState *st);

/* The wait begins, and pn_waiter_wake() counts from now on. It makes what a task or a thread waits for. 0, or -1 with
 * an exception. */
int pn_waiter_begin_task(struct pn_waiter *w, PyObject *loop);
int pn_waiter_begin_thread(struct pn_waiter *w);
/* The asyncio loop of the task that waits, borrowed; NULL: a thread waits. */
PyObject *pn_waiter_loop(const struct pn_waiter *w);
/* It is about to look: what wakes it from now on makes it look once more. */
void pn_waiter_look(struct pn_waiter *w);
/* It has looked, and found nothing. 0, or -1 with an exception: it waits all the same, until pn_waiter_end(). */
int pn_waiter_again(struct pn_waiter *w);
/* Whether the thread can wait for a descriptor beside: see pn_waiter_block(). */
static inline bool
pn_waiter_polls(const struct pn_waiter *w)
{
    return w->wake.read >= 0;
}
/* Blocks this thread until it is woken, until `fd` (-1: none) can be read, or until the deadline, a time of uv_hrtime(),
 * has come; 0: no deadline. 1, 0 at the deadline, or -1 with an exception. */
int pn_waiter_block(struct pn_waiter *w, uint64_t deadline, int fd);
/* A timer of the loop will wake it at the deadline, and set `timed_out`. 0, or -1 with MemoryError. */
int pn_waiter_arm(struct pn_waiter *w, uint64_t deadline);
/* The wait is over; does nothing when there is none. */
void pn_waiter_end(struct pn_waiter *w);

/* It shall look again. Cannot fail, and runs no code of the user: the waiter goes on when the turn ends. */
void pn_waiter_wake(struct pn_waiter *w);
/* The turn ends: those that have been woken go on. May run code of the user. */
void pn_waiters_go_on_slow(PnState *st);
static inline void
pn_waiters_go_on(PnState *st)
{
    if (st->some_awake)
        pn_waiters_go_on_slow(st);
}
/* All that wait look again. May run code of the user. */
void pn_waiters_wake_all(PnState *st);
/* In the child of a fork: what waits is in the parent. */
void pn_waiters_after_fork(PnState *st);
/* Closes the descriptors that are kept for reuse. */
void pn_waiters_free(PnState *st);

/* _go_on(loop): the asyncio loop calls it on its thread; its tasks that have been woken go on. */
PyObject *pn_waiters_go_on_function(PyObject *module, PyObject *loop);

#endif
