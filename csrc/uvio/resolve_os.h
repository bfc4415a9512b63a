/* resolve_os.h - threads, locks and the wake-up of the resolver: posix/resolve_posix.c, windows/resolve_windows.c.
 *
 * They are not libuv's: the threads outlive the loop, and are detached. */
#ifndef PN_UVIO_RESOLVE_OS_H
#define PN_UVIO_RESOLVE_OS_H

#include <stdbool.h>

#include "uvio/net.h"
#include "uvio/resolve.h"

#ifdef _WIN32
typedef SRWLOCK pn_lock;
typedef CONDITION_VARIABLE pn_cond;
#else
#include <pthread.h>
typedef pthread_mutex_t pn_lock;
typedef pthread_cond_t pn_cond;
#endif

bool pn_locks_init(pn_lock *lock, pn_cond *cond);
void pn_locks_free(pn_lock *lock, pn_cond *cond);
void pn_lock_take(pn_lock *lock);
void pn_lock_release(pn_lock *lock);
void pn_cond_signal(pn_cond *cond);
void pn_cond_broadcast(pn_cond *cond);
/* Waits with the lock, at most `ms` milliseconds; returns false if they have passed. */
bool pn_cond_wait(pn_cond *cond, pn_lock *lock, unsigned ms);

/* Starts a detached thread, in which no signal handler runs. Returns false if none starts. */
bool pn_thread_start(void (*main)(void *arg), void *arg);

struct pn_resolver_wake {
    pn_wake_target target; /* borrowed */
    int fd;                /* own, POSIX: the duplicate; -1: not open */
    bool open;
};

void pn_resolver_os_init(struct pn_resolver_wake *w, pn_wake_target target);
/* Returns 0, or the errno of a failure. Does nothing if it is open. */
int pn_resolver_os_open(struct pn_resolver_wake *w);
void pn_resolver_os_wake(const struct pn_resolver_wake *w);
void pn_resolver_os_close(struct pn_resolver_wake *w);

#endif
