/* resolve_posix.c - threads, locks and the wake-up of the resolver on POSIX; see resolve_os.h. */
#include "uvio/resolve_os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Enough for getaddrinfo() with the C library's name-service modules, some of which keep big buffers on the stack.
 * glibc also takes the thread-local storage of all loaded libraries out of it. It costs address space, not memory. */
#define STACK_BYTES ((size_t)512 * 1024)

/* --- locks --- */

static int
init_cond(pthread_cond_t *cond)
{
#ifdef __APPLE__
    return pthread_cond_init(cond, NULL);
#else
    pthread_condattr_t attr;
    int err = pthread_condattr_init(&attr);
    if (err != 0)
        return err;
    err = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (err == 0)
        err = pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
    return err;
#endif
}

bool
pn_locks_init(pn_lock *lock, pn_cond *cond)
{
    if (pthread_mutex_init(lock, NULL) != 0)
        return false;
    if (init_cond(cond) == 0)
        return true;
    pthread_mutex_destroy(lock);
    return false;
}

void
pn_locks_free(pn_lock *lock, pn_cond *cond)
{
    pthread_cond_destroy(cond);
    pthread_mutex_destroy(lock);
}

void
pn_lock_take(pn_lock *lock)
{
    pthread_mutex_lock(lock);
}

void
pn_lock_release(pn_lock *lock)
{
    pthread_mutex_unlock(lock);
}

void
pn_cond_signal(pn_cond *cond)
{
    pthread_cond_signal(cond);
}

void
pn_cond_broadcast(pn_cond *cond)
{
    pthread_cond_broadcast(cond);
}

bool
pn_cond_wait(pn_cond *cond, pn_lock *lock, unsigned ms)
{
    struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000L};
#ifdef __APPLE__
    return pthread_cond_timedwait_relative_np(cond, lock, &t) == 0;
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    t.tv_sec += now.tv_sec;
    t.tv_nsec += now.tv_nsec;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_nsec -= 1000000000L;
        t.tv_sec++;
    }
    return pthread_cond_timedwait(cond, lock, &t) == 0;
#endif
}

/* --- threads --- */

struct start {
    void (*main)(void *arg);
    void *arg;
};

static void *
thread_main(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    start.main(start.arg);
    return NULL;
}

static int
create_thread(struct start *start)
{
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, old;
    if (pthread_attr_init(&attr) != 0)
        return -1;
    /* This fails where the platform requires a bigger stack; its default applies then. */
    (void)pthread_attr_setstacksize(&attr, STACK_BYTES);
    int err = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (err == 0) {
        /* The new thread inherits the mask: no signal handler of the user ever runs there, and SIGPIPE stays
         * blocked. */
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &old);
        err = pthread_create(&thread, &attr, thread_main, start);
        pthread_sigmask(SIG_SETMASK, &old, NULL);
    }
    pthread_attr_destroy(&attr);
    return err == 0 ? 0 : -1;
}

bool
pn_thread_start(void (*main)(void *arg), void *arg)
{
    struct start *start = malloc(sizeof(*start));
    if (start == NULL)
        return false;
    *start = (struct start){main, arg};
    if (create_thread(start) == 0)
        return true;
    free(start);
    return false;
}

/* --- the wake-up --- */

void
pn_resolver_os_init(struct pn_resolver_wake *w, pn_wake_target target)
{
    *w = (struct pn_resolver_wake){.target = target, .fd = -1};
}

int
pn_resolver_os_open(struct pn_resolver_wake *w)
{
    if (w->open)
        return 0;
    w->fd = fcntl(w->target, F_DUPFD_CLOEXEC, 0);
    w->open = w->fd >= 0;
    return w->open ? 0 : errno;
}

void
pn_resolver_os_wake(const struct pn_resolver_wake *w)
{
    /* A full pipe wakes the loop as well. Without a reader there is no loop to wake. */
    ssize_t written = write(w->fd, "", 1);
    (void)written;
}

void
pn_resolver_os_close(struct pn_resolver_wake *w)
{
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
    w->open = false;
}
