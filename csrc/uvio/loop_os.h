/* loop_os.h - what the loop needs of the system: posix/loop_posix.c, windows/loop_windows.c. Beside these, they have
 * pn_loop_wake_slow(), pn_loop_wait(), pn_loop_drain(), pn_loop_can_run(), pn_loop_recheck_fd() and pn_loop_forget_fd() of
 * loop.h. */
#ifndef PN_UVIO_LOOP_OS_H
#define PN_UVIO_LOOP_OS_H

#include "uvio/loop.h"

/* Makes libuv's loop, and what wakes it. Returns 0, or a status and opens nothing. */
int pn_loop_os_open(struct pn_loop *loop);
/* Called once, when loop->check has started; and before libuv's loop is closed, to close the handles of this file. */
void pn_loop_os_start(struct pn_loop *loop);
void pn_loop_os_stop(struct pn_loop *loop);
/* Makes the resolver, with what wakes the loop. NULL when out of memory. */
struct pn_resolver *pn_loop_os_resolver(struct pn_loop *loop);
/* libuv's loop is closed. */
void pn_loop_os_close(struct pn_loop *loop);

/* Runs libuv once, without a wait; does not if a descriptor that it would watch is not open any more: the loop is dead, or
 * its stream or listener has closed. */
void pn_loop_os_run(struct pn_loop *loop);

#ifdef __linux__

/* Does what uv_run() would do, up to the check phase, and returns true; or returns false and has done nothing. */
bool pn_loop_os_dispatch(struct pn_loop *loop);
/* Returns whether libuv has callbacks for the rest of such a turn. */
bool pn_loop_os_has_more(struct pn_loop *loop);
/* Runs libuv without its poll. */
void pn_loop_os_finish(struct pn_loop *loop);
/* The check phase has begun. */
void pn_loop_os_polled(struct pn_loop *loop);

#else

static inline bool
pn_loop_os_dispatch(struct pn_loop *loop)
{
    (void)loop;
    return false;
}

static inline bool
pn_loop_os_has_more(struct pn_loop *loop)
{
    (void)loop;
    return false;
}

static inline void
pn_loop_os_finish(struct pn_loop *loop)
{
    (void)loop;
}

static inline void
pn_loop_os_polled(struct pn_loop *loop)
{
    (void)loop;
}

#endif

#endif
