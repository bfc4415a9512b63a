/* resolve.c - runs DNS lookups: getaddrinfo() on up to 16 threads, their two queues and cancelling; see resolve.h.
 *
 * A lookup waits, runs on a thread, is done, then its callback runs. It is in the `waiting` or the `done` list, or
 * belongs to the thread that runs it or to pn_resolver_dispatch(). `lock` guards both lists and the thread counts;
 * the fields marked "loop's lock" belong to the thread that holds that lock. The last one to drop its reference, the
 * owner or one of the threads, frees the resolver. */
#include "uvio/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "uvio/sockaddr.h"

/* How long a thread stays without work. Tests make it short. */
#ifndef PN_RESOLVE_IDLE_MS
#define PN_RESOLVE_IDLE_MS 5000
#endif

/* Enough for getaddrinfo() with the C library's name-service modules, some of which keep big buffers on the stack.
 * glibc also takes the thread-local storage of all loaded libraries out of it. It costs address space, not memory. */
#define STACK_BYTES ((size_t)512 * 1024)

enum lookup_state { WAITING, RUNNING, DONE, CALLING };

struct pn_lookup {
    struct pn_lookup *prev, *next; /* in `waiting` or `done` */
    struct pn_resolver *resolver;  /* borrowed */
    pn_lookup_cb cb;
    void *data;            /* borrowed */
    struct pn_addr *addrs; /* own */
    size_t count;
    size_t turn; /* its number in the order of completion */
    enum lookup_state state;
    bool cancelled; /* while RUNNING: the result is dropped */
    int family, flags;
    int status, sys_errno;
    char host[];
};

struct list {
    struct pn_lookup *head, *tail;
};

struct pn_resolver {
    pthread_mutex_t lock;
    pthread_cond_t work; /* signalled when a lookup waits or the resolver is closed */
    struct list waiting;
    struct list done;
    size_t waiting_count;
    size_t done_turns;        /* lookups completed so far */
    atomic_size_t done_count; /* written under the lock; read without, so that an empty turn costs nothing */
    unsigned threads;
    unsigned idle; /* threads waiting for `work`, woken up or not */
    unsigned refs; /* the owner, each thread, each running dispatch */
    bool closed;
    int loop_fd;    /* borrowed: what wake_fd is a duplicate of */
    int wake_fd;    /* own; -1 before the first lookup and once closed */
    size_t pending; /* loop's lock */
    bool abandoned; /* loop's lock: this is a forked child, `lock` may be held for ever */
};

/* --- lists --- */

static void
list_push(struct list *q, struct pn_lookup *l)
{
    l->next = NULL;
    l->prev = q->tail;
    if (q->tail != NULL)
        q->tail->next = l;
    else
        q->head = l;
    q->tail = l;
}

static void
list_remove(struct list *q, struct pn_lookup *l)
{
    if (l->prev != NULL)
        l->prev->next = l->next;
    else
        q->head = l->next;
    if (l->next != NULL)
        l->next->prev = l->prev;
    else
        q->tail = l->prev;
}

static void
lookup_free(struct pn_lookup *l)
{
    free(l->addrs);
    free(l);
}

static void
list_free(struct list *q)
{
    struct pn_lookup *l = q->head;
    while (l != NULL) {
        struct pn_lookup *next = l->next;
        lookup_free(l);
        l = next;
    }
    q->head = q->tail = NULL;
}

/* --- helpers, called with the lock held --- */

static void
take_waiting(struct pn_resolver *r, struct pn_lookup *l)
{
    list_remove(&r->waiting, l);
    r->waiting_count--;
}

static void
take_done(struct pn_resolver *r, struct pn_lookup *l)
{
    list_remove(&r->done, l);
    atomic_fetch_sub_explicit(&r->done_count, 1, memory_order_relaxed);
}

/* Hands a finished lookup to pn_resolver_dispatch() and wakes the loop. */
static void
post(struct pn_resolver *r, struct pn_lookup *l)
{
    l->state = DONE;
    l->turn = r->done_turns++;
    list_push(&r->done, l);
    atomic_fetch_add_explicit(&r->done_count, 1, memory_order_release);
    /* A full pipe wakes the loop as well. Without a reader there is no loop to wake. */
    ssize_t written = write(r->wake_fd, "", 1);
    (void)written;
}

/* Drops one reference and releases the lock; frees the resolver with the last reference. */
static void
unref_and_unlock(struct pn_resolver *r)
{
    bool last = --r->refs == 0;
    pthread_mutex_unlock(&r->lock);
    if (!last)
        return;
    pthread_cond_destroy(&r->work);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* --- the threads --- */

/* Stores the IPv4 and IPv6 addresses of `all`; returns the status of the lookup. */
static int
keep_addresses(struct pn_lookup *l, const struct addrinfo *all)
{
    size_t room = 0;
    for (const struct addrinfo *ai = all; ai != NULL; ai = ai->ai_next)
        room++;
    if (room == 0)
        return EAI_NONAME;
    l->addrs = malloc(room * sizeof(*l->addrs));
    if (l->addrs == NULL)
        return EAI_MEMORY;
    for (const struct addrinfo *ai = all; ai != NULL; ai = ai->ai_next) {
        if (ai->ai_addr != NULL && pn_addr_from_sockaddr(ai->ai_addr, &l->addrs[l->count]))
            l->count++;
    }
    return l->count > 0 ? 0 : EAI_NONAME;
}

static void
look_up(struct pn_lookup *l)
{
    struct addrinfo hints, *all = NULL;
    memset(&hints, 0, sizeof(hints));
    hints.ai_family = l->family == 4 ? AF_INET : l->family == 6 ? AF_INET6 : AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = l->flags;
    l->status = getaddrinfo(l->host, NULL, &hints, &all);
    if (l->status == EAI_SYSTEM)
        l->sys_errno = errno;
    if (l->status != 0)
        return;
    l->status = keep_addresses(l, all);
    if (all != NULL)
        freeaddrinfo(all);
}

/* Waits for `work`, at most for the idle time; returns false if that has passed. */
static bool
wait_for_work(struct pn_resolver *r)
{
    struct timespec t = {PN_RESOLVE_IDLE_MS / 1000, PN_RESOLVE_IDLE_MS % 1000 * 1000000L};
    r->idle++;
#ifdef __APPLE__
    int err = pthread_cond_timedwait_relative_np(&r->work, &r->lock, &t);
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    t.tv_sec += now.tv_sec;
    t.tv_nsec += now.tv_nsec;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_nsec -= 1000000000L;
        t.tv_sec++;
    }
    int err = pthread_cond_timedwait(&r->work, &r->lock, &t);
#endif
    r->idle--;
    return err == 0;
}

/* Returns the next lookup to run, or NULL if the thread is to exit. */
static struct pn_lookup *
next_lookup(struct pn_resolver *r)
{
    bool in_time = true;
    for (;;) {
        /* A lookup may arrive at the moment of the timeout: check once more before exiting. */
        struct pn_lookup *l = r->waiting.head;
        if (l != NULL) {
            take_waiting(r, l);
            l->state = RUNNING;
            return l;
        }
        if (r->closed || !in_time)
            return NULL;
        in_time = wait_for_work(r);
    }
}

static void *
thread_main(void *arg)
{
    struct pn_resolver *r = arg;
    struct pn_lookup *l;
    pthread_mutex_lock(&r->lock);
    while ((l = next_lookup(r)) != NULL) {
        pthread_mutex_unlock(&r->lock);
        look_up(l);
        pthread_mutex_lock(&r->lock);
        if (l->cancelled || r->closed)
            lookup_free(l);
        else
            post(r, l);
    }
    r->threads--;
    unref_and_unlock(r);
    return NULL;
}

/* Returns 0 if a thread starts. */
static int
create_thread(struct pn_resolver *r)
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
        err = pthread_create(&thread, &attr, thread_main, r);
        pthread_sigmask(SIG_SETMASK, &old, NULL);
    }
    pthread_attr_destroy(&attr);
    return err == 0 ? 0 : -1;
}

/* Finds a thread for the waiting lookups. If there is none at all, every waiting lookup fails. */
static void
staff(struct pn_resolver *r)
{
    /* A thread that was woken still counts as idle: compare with all waiting lookups, or one could be stuck behind a
     * lookup that hangs. */
    if (r->waiting_count <= r->idle) {
        pthread_cond_signal(&r->work);
        return;
    }
    if (r->threads < PN_RESOLVE_THREADS) {
        r->threads++;
        r->refs++;
        if (create_thread(r) == 0)
            return;
        r->threads--;
        r->refs--;
    }
    if (r->idle > 0)
        pthread_cond_signal(&r->work);
    while (r->threads == 0 && r->waiting.head != NULL) {
        struct pn_lookup *l = r->waiting.head;
        take_waiting(r, l);
        l->status = EAI_MEMORY;
        post(r, l);
    }
}

/* --- the resolver --- */

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

static int
init_locks(struct pn_resolver *r)
{
    if (pthread_mutex_init(&r->lock, NULL) != 0)
        return -1;
    if (init_cond(&r->work) == 0)
        return 0;
    pthread_mutex_destroy(&r->lock);
    return -1;
}

struct pn_resolver *
pn_resolver_new(int wake_fd)
{
    struct pn_resolver *r = calloc(1, sizeof(*r));
    if (r == NULL)
        return NULL;
    atomic_init(&r->done_count, 0);
    r->refs = 1;
    r->loop_fd = wake_fd;
    r->wake_fd = -1;
    if (init_locks(r) < 0) {
        free(r);
        return NULL;
    }
    return r;
}

static void
close_wake_fd(struct pn_resolver *r)
{
    if (r->wake_fd >= 0)
        close(r->wake_fd);
    r->wake_fd = -1;
}

void
pn_resolver_free(struct pn_resolver *r)
{
    if (r->abandoned)
        return;
    pthread_mutex_lock(&r->lock);
    r->closed = true;
    close_wake_fd(r);
    list_free(&r->waiting);
    r->waiting_count = 0;
    list_free(&r->done);
    atomic_store_explicit(&r->done_count, 0, memory_order_relaxed);
    r->pending = 0;
    pthread_cond_broadcast(&r->work);
    unref_and_unlock(r);
}

void
pn_resolver_abandon(struct pn_resolver *r)
{
    if (r->abandoned)
        return;
    r->abandoned = true;
    r->pending = 0;
    close_wake_fd(r);
}

/* Lets a thread run the lookup. Called with the lock held. */
static void
enqueue(struct pn_resolver *r, struct pn_lookup *l)
{
    list_push(&r->waiting, l);
    r->waiting_count++;
    staff(r);
}

/* The lookup fails: no descriptor is left for the threads, which wake the loop by it. The caller wakes the loop. */
static void
fail(struct pn_resolver *r, struct pn_lookup *l, int sys_errno)
{
    l->status = EAI_SYSTEM;
    l->sys_errno = sys_errno;
    post(r, l);
}

struct pn_lookup *
pn_resolver_start(struct pn_resolver *r, const char *host, int family, int flags, pn_lookup_cb cb, void *data)
{
    if (r->abandoned)
        return NULL;
    size_t size = strlen(host) + 1;
    struct pn_lookup *l = calloc(1, sizeof(*l) + size);
    if (l == NULL)
        return NULL;
    memcpy(l->host, host, size);
    l->resolver = r;
    l->cb = cb;
    l->data = data;
    l->family = family;
    l->flags = flags;
    l->state = WAITING;
    pthread_mutex_lock(&r->lock);
    r->pending++;
    if (r->wake_fd < 0)
        r->wake_fd = fcntl(r->loop_fd, F_DUPFD_CLOEXEC, 0);
    if (r->wake_fd >= 0)
        enqueue(r, l);
    else
        fail(r, l, errno);
    pthread_mutex_unlock(&r->lock);
    return l;
}

void
pn_lookup_cancel(struct pn_lookup *l)
{
    struct pn_resolver *r = l->resolver;
    if (r->abandoned)
        return;
    pthread_mutex_lock(&r->lock);
    if (l->state == CALLING) {
        pthread_mutex_unlock(&r->lock);
        return;
    }
    r->pending--;
    if (l->state == RUNNING) {
        l->cancelled = true; /* the thread frees it */
        l = NULL;
    }
    else if (l->state == WAITING)
        take_waiting(r, l);
    else
        take_done(r, l);
    pthread_mutex_unlock(&r->lock);
    if (l != NULL)
        lookup_free(l);
}

/* Removes `l`, runs its callback and frees it. Called with the lock held and returns with it; but if the callback
 * has forked and this is the child, returns false, without the lock. */
static bool
dispatch_one(struct pn_resolver *r, struct pn_lookup *l)
{
    take_done(r, l);
    l->state = CALLING;
    r->pending--;
    pthread_mutex_unlock(&r->lock);
    l->cb(l->data, l->status, l->sys_errno, l->addrs, l->count);
    bool here = !r->abandoned;
    lookup_free(l);
    if (here)
        pthread_mutex_lock(&r->lock);
    return here;
}

void
pn_resolver_dispatch(struct pn_resolver *r, const int *halt)
{
    if (r->abandoned || !pn_resolver_ready(r))
        return;
    pthread_mutex_lock(&r->lock);
    r->refs++;
    size_t limit = r->done_turns;
    struct pn_lookup *l;
    while (!*halt && (l = r->done.head) != NULL && l->turn < limit) {
        if (!dispatch_one(r, l))
            return;
    }
    unref_and_unlock(r);
}

int
pn_resolver_ready(struct pn_resolver *r)
{
    return !r->abandoned && atomic_load_explicit(&r->done_count, memory_order_acquire) > 0;
}

size_t
pn_resolver_pending(const struct pn_resolver *r)
{
    return r->pending;
}

unsigned
pn_resolver_threads(struct pn_resolver *r)
{
    if (r->abandoned)
        return 0;
    pthread_mutex_lock(&r->lock);
    unsigned n = r->threads;
    pthread_mutex_unlock(&r->lock);
    return n;
}
