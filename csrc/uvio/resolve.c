/* resolve.c - runs DNS lookups: getaddrinfo() on up to 16 threads, their two queues and cancelling; see resolve.h.
 *
 * A lookup waits, runs on a thread, is done, then its callback runs. It is in the `waiting` or the `done` list, or
 * belongs to the thread that runs it or to pn_resolver_dispatch(). `lock` guards both lists and the thread counts;
 * the fields marked "loop's lock" belong to the thread that holds that lock. The last one to drop its reference, the
 * owner or one of the threads, frees the resolver. */
#include "uvio/resolve.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "uvio/net.h"
#include "uvio/resolve_os.h"
#include "uvio/sockaddr.h"

/* How long a thread stays without work. Tests make it short. */
#ifndef PN_RESOLVE_IDLE_MS
#define PN_RESOLVE_IDLE_MS 5000
#endif

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
    pn_lock lock;
    pn_cond work; /* signalled when a lookup waits or the resolver is closed */
    struct list waiting;
    struct list done;
    size_t waiting_count;
    size_t done_turns;        /* lookups completed so far */
    atomic_size_t done_count; /* written under the lock; read without, so that an empty turn costs nothing */
    unsigned threads;
    unsigned idle; /* threads waiting for `work`, woken up or not */
    unsigned refs; /* the owner, each thread, each running dispatch */
    bool closed;
    struct pn_resolver_wake wake; /* opened by the first lookup */
    size_t pending;               /* loop's lock */
    bool abandoned;               /* loop's lock: this is a forked child, `lock` may be held for ever */
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
    pn_resolver_os_wake(&r->wake);
}

/* Drops one reference and releases the lock; frees the resolver with the last reference. */
static void
unref_and_unlock(struct pn_resolver *r)
{
    bool last = --r->refs == 0;
    pn_lock_release(&r->lock);
    if (!last)
        return;
    pn_locks_free(&r->lock, &r->work);
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
        r->idle++;
        in_time = pn_cond_wait(&r->work, &r->lock, PN_RESOLVE_IDLE_MS);
        r->idle--;
    }
}

static void
thread_main(void *arg)
{
    struct pn_resolver *r = arg;
    struct pn_lookup *l;
    pn_lock_take(&r->lock);
    while ((l = next_lookup(r)) != NULL) {
        pn_lock_release(&r->lock);
        look_up(l);
        pn_lock_take(&r->lock);
        if (l->cancelled || r->closed)
            lookup_free(l);
        else
            post(r, l);
    }
    r->threads--;
    unref_and_unlock(r);
}

/* Finds a thread for the waiting lookups. If there is none at all, every waiting lookup fails. */
static void
staff(struct pn_resolver *r)
{
    /* A thread that was woken still counts as idle: compare with all waiting lookups, or one could be stuck behind a
     * lookup that hangs. */
    if (r->waiting_count <= r->idle) {
        pn_cond_signal(&r->work);
        return;
    }
    if (r->threads < PN_RESOLVE_THREADS) {
        r->threads++;
        r->refs++;
        if (pn_thread_start(thread_main, r))
            return;
        r->threads--;
        r->refs--;
    }
    if (r->idle > 0)
        pn_cond_signal(&r->work);
    while (r->threads == 0 && r->waiting.head != NULL) {
        struct pn_lookup *l = r->waiting.head;
        take_waiting(r, l);
        l->status = EAI_MEMORY;
        post(r, l);
    }
}

/* --- the resolver --- */

struct pn_resolver *
pn_resolver_new(pn_wake_target wake)
{
    struct pn_resolver *r = calloc(1, sizeof(*r));
    if (r == NULL)
        return NULL;
    atomic_init(&r->done_count, 0);
    r->refs = 1;
    pn_resolver_os_init(&r->wake, wake);
    if (!pn_locks_init(&r->lock, &r->work)) {
        free(r);
        return NULL;
    }
    return r;
}

void
pn_resolver_free(struct pn_resolver *r)
{
    if (r->abandoned)
        return;
    pn_lock_take(&r->lock);
    r->closed = true;
    pn_resolver_os_close(&r->wake);
    list_free(&r->waiting);
    r->waiting_count = 0;
    list_free(&r->done);
    atomic_store_explicit(&r->done_count, 0, memory_order_relaxed);
    r->pending = 0;
    pn_cond_broadcast(&r->work);
    unref_and_unlock(r);
}

void
pn_resolver_abandon(struct pn_resolver *r)
{
    if (r->abandoned)
        return;
    r->abandoned = true;
    r->pending = 0;
    pn_resolver_os_close(&r->wake);
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
    pn_lock_take(&r->lock);
    r->pending++;
    int sys_errno = pn_resolver_os_open(&r->wake);
    if (sys_errno == 0)
        enqueue(r, l);
    else
        fail(r, l, sys_errno);
    pn_lock_release(&r->lock);
    return l;
}

void
pn_lookup_cancel(struct pn_lookup *l)
{
    struct pn_resolver *r = l->resolver;
    if (r->abandoned)
        return;
    pn_lock_take(&r->lock);
    if (l->state == CALLING) {
        pn_lock_release(&r->lock);
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
    pn_lock_release(&r->lock);
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
    pn_lock_release(&r->lock);
    l->cb(l->data, l->status, l->sys_errno, l->addrs, l->count);
    bool here = !r->abandoned;
    lookup_free(l);
    if (here)
        pn_lock_take(&r->lock);
    return here;
}

void
pn_resolver_dispatch(struct pn_resolver *r, const int *halt)
{
    if (r->abandoned || !pn_resolver_ready(r))
        return;
    pn_lock_take(&r->lock);
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
    pn_lock_take(&r->lock);
    unsigned n = r->threads;
    pn_lock_release(&r->lock);
    return n;
}
