/* loop.c - creates and frees the loop, waits for events, and runs one turn: posted completions, lookups, libuv,
 * timers. Decides how long the wait may last and whether the loop is alive. See loop.h. */
#include "uvio/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#endif

#include "uvio/signal_mask.h"
#include "uvio/uv_internals.h"
#include "uvio/wake_fd.h"

static void deliver_all(struct pn_loop *loop, struct pn_posted_list *list);

/* --- creating and freeing --- */

/* libuv aborts when it closes a descriptor from 0 to 2. A process that was started without standard streams gets
 * /dev/null in their place. */
static void
fill_standard_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static int
open_wake_pipe(struct pn_loop *loop)
{
    int fds[2];
    if (!pn_pipe_open(fds))
        return uv_translate_sys_error(errno);
    loop->wake_read = fds[0];
    loop->wake_write = fds[1];
    return 0;
}

/* libuv aborts the process when its first loop finds no descriptors for the pipe of its signals. */
static int
check_free_descriptors(int any)
{
    int fds[4]; /* epoll, the pipe, and an eventfd */
    int count = 0, status = 0;
    while (status == 0 && count < 4) {
        fds[count] = fcntl(any, F_DUPFD_CLOEXEC, 0);
        if (fds[count] < 0)
            status = uv_translate_sys_error(errno);
        else
            count++;
    }
    while (count > 0)
        close(fds[--count]);
    return status;
}

/* See pn_loop_can_run(). */
static int
mark_backend(struct pn_loop *loop)
{
#ifdef __linux__
    struct epoll_event none = {.data.fd = loop->wake_read};
    if (epoll_ctl(loop->backend, EPOLL_CTL_ADD, loop->wake_read, &none) < 0)
        return uv_translate_sys_error(errno);
#else
    (void)loop;
#endif
    return 0;
}

static void
on_uv_check(uv_check_t *check)
{
    struct pn_loop *loop = check->data;
    /* As libuv: what becomes pending meanwhile is delivered too, but not without end. */
    for (int i = 0; i < 8 && loop->pending.first != NULL; i++)
        deliver_all(loop, &loop->pending);
    if (!loop->dead && loop->on_check != NULL)
        loop->on_check(loop);
}

/* libuv watches descriptors of its own for its thread pool and its signal handlers, which pynet does not use. When code
 * outside pynet closes one and a connection gets its number, libuv would take what comes for messages to itself, with
 * pointers in them. So nothing watches them any more. The first uv_run() puts them into the backend, and aborts if they
 * are closed by then: so it comes now. */
static void
forget_own_fds(struct pn_loop *loop)
{
    int fd;
    (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    while ((fd = pn_uv_forget_watched(&loop->uv)) >= 0) {
#ifdef __linux__
        struct epoll_event none = {.events = 0};
        (void)epoll_ctl(loop->backend, EPOLL_CTL_DEL, fd, &none);
#endif
    }
}

struct pn_loop *
pn_loop_new(int *status)
{
    struct pn_loop *loop = calloc(1, sizeof(*loop));
    char *slab = malloc(PN_SLAB_SIZE);
    if (loop == NULL || slab == NULL) {
        free(loop);
        free(slab);
        *status = UV_ENOMEM;
        return NULL;
    }
    fill_standard_streams();
    loop->slab = slab;
    loop->wake_read = loop->wake_write = -1;
    loop->embed.fd = loop->embed.timer_fd = -1;
    loop->posted.end = &loop->posted.first;
    loop->pending.end = &loop->pending.first;
    pn_timers_init(&loop->timers);
    pn_brake_init(&loop->brake);
    *status = open_wake_pipe(loop);
    if (*status == 0)
        *status = check_free_descriptors(loop->wake_read);
    if (*status == 0)
        *status = uv_loop_init(&loop->uv);
    loop->backend = *status == 0 ? uv_backend_fd(&loop->uv) : -1;
    if (*status == 0 && (*status = mark_backend(loop)) != 0)
        (void)uv_loop_close(&loop->uv);
    if (*status != 0) {
        if (loop->wake_read >= 0) {
            close(loop->wake_read);
            close(loop->wake_write);
        }
        free(slab);
        free(loop);
        return NULL;
    }
    loop->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    /* libuv would open it with the first stream; user code may have closed a standard stream by then. */
    pn_uv_set_emfile_fd(&loop->uv, open("/dev/null", O_RDONLY | O_CLOEXEC));
    loop->uv.data = loop;
    (void)uv_check_init(&loop->uv, &loop->check);
    loop->check.data = loop;
    (void)uv_check_start(&loop->check, on_uv_check);
    (void)uv_prepare_init(&loop->uv, &loop->prepare);
    loop->prepare.data = loop;
    forget_own_fds(loop);
    return loop;
}

int
pn_loop_free(struct pn_loop *loop)
{
    if (!loop->closed) {
        loop->closed = true;
        uv_close((uv_handle_t *)&loop->check, NULL);
        uv_close((uv_handle_t *)&loop->prepare, NULL);
    }
    (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    int status = uv_loop_close(&loop->uv);
    if (status != 0)
        return status;
    if (loop->resolver != NULL)
        pn_resolver_free(loop->resolver);
    pn_timers_clear(&loop->timers);
    pn_brake_unmap(&loop->brake, 1);
    pn_fd_table_clear(&loop->fds);
    if (loop->reserve_fd >= 0)
        close(loop->reserve_fd);
    close(loop->wake_read);
    close(loop->wake_write);
    free(loop->slab);
    free(loop);
    return 0;
}

struct pn_resolver *
pn_loop_resolver(struct pn_loop *loop)
{
    if (loop->resolver == NULL)
        loop->resolver = pn_resolver_new(loop->wake_write);
    return loop->resolver;
}

/* --- the wait --- */

void
pn_loop_wake_slow(struct pn_loop *loop)
{
    loop->woken = 1;
    /* A full pipe wakes the loop as well; a closed one never will again. */
    if (write(loop->wake_write, "", 1) < 0 && errno == EBADF)
        loop->dead = 1;
}

/* Every system accepts a wait of one day. An early return is harmless: the loop looks at the deadlines again. */
#define LONGEST_WAIT_NS ((int64_t)86400 * 1000000000)

int64_t
pn_loop_timeout(struct pn_loop *loop, uint64_t now)
{
    if (loop->posted.first != NULL || loop->pending.first != NULL ||
        (loop->resolver != NULL && pn_resolver_ready(loop->resolver)))
        return 0;
    int ms = uv_backend_timeout(&loop->uv);
    int64_t ns = ms < 0 ? -1 : (int64_t)ms * 1000000;
    if (pn_timers_first(&loop->timers) == NULL)
        return ns;
    int64_t left = pn_timers_wait(&loop->timers, now, LONGEST_WAIT_NS);
    return ns < 0 || left < ns ? left : ns;
}

/* Neither descriptor is ever writable, and the write end of the pipe stays open: a descriptor that reports one of
 * these was closed by code outside pynet, and another file has its number. The poll() of macOS answers POLLNVAL when it
 * is asked for POLLOUT of a kqueue. */
#define NOT_OURS (POLLNVAL | POLLOUT | POLLHUP | POLLERR)
#ifdef __linux__
#define ASKED (POLLIN | POLLOUT)
#else
#define ASKED POLLIN
#endif

/* On Linux the wake pipe is in the backend, without events: only there it can be modified. */
bool
pn_loop_can_run(struct pn_loop *loop)
{
#ifdef __linux__
    struct epoll_event none = {.data.fd = loop->wake_read};
    return epoll_ctl(loop->backend, EPOLL_CTL_MOD, loop->wake_read, &none) == 0;
#else
    struct pollfd backend = {.fd = loop->backend, .events = ASKED};
    return poll(&backend, 1, 0) <= 0 || (backend.revents & NOT_OURS) == 0;
#endif
}

void
pn_loop_drain(struct pn_loop *loop)
{
    pn_pipe_drain(loop->wake_read);
}

int
pn_loop_wait(struct pn_loop *loop, int64_t timeout_ns)
{
    struct pollfd fds[2] = {
        {.fd = loop->backend, .events = ASKED},
        {.fd = loop->wake_read, .events = ASKED},
    };
    if (pn_poll(fds, 2, timeout_ns) <= 0)
        return 0;
    if ((fds[0].revents | fds[1].revents) & NOT_OURS)
        return UV_EBADF;
    if (fds[1].revents) {
        if (!pn_loop_can_run(loop))
            return UV_EBADF; /* the pipe may be another file as well, and the bytes not for us */
        pn_loop_drain(loop);
    }
    return 0;
}

/* --- posted completions --- */

static void
link_posted(struct pn_posted_list *list, struct pn_posted *p, struct pn_posted **link)
{
    p->link = link;
    p->next = *link;
    if (p->next != NULL)
        p->next->link = &p->next;
    else
        list->end = &p->next;
    *link = p;
}

static void
append(struct pn_loop *loop, struct pn_posted_list *list, struct pn_posted *p)
{
    if (p->link != NULL)
        return;
    link_posted(list, p, list->end);
    pn_loop_wake(loop);
}

void
pn_loop_post(struct pn_loop *loop, struct pn_posted *p)
{
    append(loop, &loop->posted, p);
}

void
pn_loop_post_pending(struct pn_loop *loop, struct pn_posted *p)
{
    append(loop, &loop->pending, p);
}

void
pn_loop_post_first(struct pn_loop *loop, struct pn_posted *p)
{
    if (p->link != NULL)
        return;
    link_posted(&loop->posted, p, &loop->posted.first);
}

void
pn_loop_unpost(struct pn_loop *loop, struct pn_posted *p)
{
    if (p->link == NULL)
        return;
    *p->link = p->next;
    if (p->next != NULL)
        p->next->link = p->link;
    else if (loop->pending.end == &p->next)
        loop->pending.end = p->link;
    else
        loop->posted.end = p->link;
    p->link = NULL;
}

/* A completion that is appended meanwhile waits. */
static void
deliver_all(struct pn_loop *loop, struct pn_posted_list *list)
{
    size_t count = 0;
    for (struct pn_posted *p = list->first; p != NULL; p = p->next)
        count++;
    for (; count > 0 && list->first != NULL && !loop->halted && !loop->dead; count--) {
        struct pn_posted *p = list->first;
        pn_loop_unpost(loop, p);
        loop->deliver(p);
    }
}

/* --- the turn --- */

/* Returns whether libuv can ask the backend for this descriptor: code outside pynet may have closed it, and another
 * file may have its number. */
static bool
can_be_watched(struct pn_loop *loop, int fd)
{
    struct stat st;
#ifdef __linux__
    unsigned events = pn_uv_watched_events(&loop->uv, fd);
    if (events != 0) {
        struct epoll_event same = {.events = events, .data.fd = fd};
        return epoll_ctl(loop->backend, EPOLL_CTL_MOD, fd, &same) == 0;
    }
#else
    (void)loop;
#endif
    return fstat(fd, &st) == 0 && (S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode));
}

static void
link_fd(struct pn_fd_recheck **list, struct pn_fd_recheck *t)
{
    t->link = list;
    t->next = *list;
    if (t->next != NULL)
        t->next->link = &t->next;
    *list = t;
}

/* Moves those that libuv cannot watch from the list to `bad`. */
static void
find_bad_fds(struct pn_loop *loop, struct pn_fd_recheck **bad)
{
    for (struct pn_fd_recheck *next, *t = loop->fds_to_recheck; t != NULL; t = next) {
        next = t->next;
        if (can_be_watched(loop, t->fd))
            continue;
        pn_loop_forget_fd(t);
        link_fd(bad, t);
    }
}

/* What hears of a bad descriptor may close others, which were good a moment ago: they stay in the list until a look at
 * all has found no bad one. Returns whether any has heard, which may have run user code. */
static bool
recheck_fds(struct pn_loop *loop)
{
    struct pn_fd_recheck *bad = NULL, *t;
    bool heard = false;
    for (find_bad_fds(loop, &bad); bad != NULL; find_bad_fds(loop, &bad)) {
        heard = true;
        while ((t = bad) != NULL) {
            pn_loop_forget_fd(t);
            if (loop->dead)
                continue; /* in the child of a fork */
            if (t->of_listener)
                loop->bad_listener_fd(t);
            else
                loop->bad_stream_fd(t);
        }
    }
    while ((t = loop->fds_to_recheck) != NULL)
        pn_loop_forget_fd(t);
    return heard;
}

void
pn_loop_recheck_fd(struct pn_loop *loop, struct pn_fd_recheck *t, int fd)
{
    t->fd = fd;
    if (t->link == NULL)
        link_fd(&loop->fds_to_recheck, t);
}

void
pn_loop_forget_fd(struct pn_fd_recheck *t)
{
    if (t->link == NULL)
        return;
    *t->link = t->next;
    if (t->next != NULL)
        t->next->link = t->link;
    t->link = NULL;
}

/* Puts into the list those that libuv hands to the backend though nothing of ours has changed. */
static void
recheck_unchanged(struct pn_loop *loop)
{
    const void *at = NULL;
    for (int fd; (fd = pn_uv_next_unchanged(&loop->uv, &at)) >= 0;) {
        if (loop->recheck_fd != NULL && !can_be_watched(loop, fd))
            loop->recheck_fd(loop, fd);
    }
}

/* Checks whether libuv can be called; if not, the loop is dead. */
static bool
check_fds(struct pn_loop *loop)
{
    if (pn_loop_can_run(loop)) {
        if (pn_uv_has_changes(&loop->uv))
            recheck_unchanged(loop);
        if (loop->fds_to_recheck == NULL || !recheck_fds(loop))
            return true;
        if (loop->halted || pn_loop_can_run(loop))
            return !loop->dead;
    }
    loop->dead = 1;
    return false;
}

/* libuv's prepare phase: what was pending has been called back, the poll is next. */
static void
before_poll(uv_prepare_t *prepare)
{
    struct pn_loop *loop = prepare->data;
    if (loop->halted || loop->dead || !check_fds(loop) || loop->halted)
        longjmp(*loop->leave, 1);
}

/* User code that libuv calls back before it polls may close descriptors, and libuv would abort. So they are checked
 * again in between. When libuv must not poll, the only way out is a jump: between two phases the state of libuv is the
 * same as before uv_run(), and its frames hold nothing. */
static void
run_uv_pending(struct pn_loop *loop)
{
    jmp_buf leave;
    loop->leave = &leave;
    (void)uv_prepare_start(&loop->prepare, before_poll);
    if (setjmp(leave) == 0)
        (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    (void)uv_prepare_stop(&loop->prepare);
    loop->leave = NULL;
}

static void
run_uv(struct pn_loop *loop)
{
    pn_signal_mask old;
    bool blocked = loop->writing > 0 && pn_sigpipe_block(&old);
    if (pn_uv_has_pending(&loop->uv))
        run_uv_pending(loop);
    else
        (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    if (blocked)
        pn_sigpipe_restore(&old);
}

static void
run_timers(struct pn_loop *loop)
{
    if (pn_timers_first(&loop->timers) == NULL)
        return;
    uint64_t now = uv_hrtime();
    while (!loop->halted && !loop->dead) {
        struct pn_timer *t = pn_timers_pop_due(&loop->timers, now);
        if (t == NULL)
            return;
        struct pn_loop_timer *timer = (struct pn_loop_timer *)t;
        if (timer->referenced)
            loop->timers_referenced--;
        timer->fire(timer);
    }
}

void
pn_loop_turn(struct pn_loop *loop)
{
    loop->turns++;
    if (loop->posted.first != NULL)
        deliver_all(loop, &loop->posted);
    if (loop->pending.first != NULL)
        deliver_all(loop, &loop->pending);
    if (loop->resolver != NULL && !loop->halted && !loop->dead && pn_resolver_ready(loop->resolver)) {
        loop->embed.drain = true; /* each lookup has written a byte */
        pn_resolver_dispatch(loop->resolver, &loop->halted);
    }
    if ((loop->halted | loop->dead) == 0 && check_fds(loop) && !loop->halted)
        run_uv(loop);
    if ((loop->halted | loop->dead) == 0)
        run_timers(loop);
}

bool
pn_loop_alive(struct pn_loop *loop)
{
    if (pn_uv_has_others((uv_handle_t *)&loop->check)) /* each turn asks: most servers have a listener */
        return true;
    if (loop->posted.first != NULL || loop->pending.first != NULL || loop->timers_referenced > 0 ||
        loop->idle_listeners > 0 || loop->asked > 0 || loop->direct > 0)
        return true;
    if (loop->resolver != NULL && pn_resolver_pending(loop->resolver) > 0)
        return true;
    uv_unref((uv_handle_t *)&loop->check);
    int alive = uv_loop_alive(&loop->uv);
    uv_ref((uv_handle_t *)&loop->check);
    return alive != 0;
}

/* --- timers --- */

void
pn_loop_timer_init(struct pn_loop_timer *t, void (*fire)(struct pn_loop_timer *), bool referenced)
{
    pn_timer_init(&t->t);
    t->fire = fire;
    t->referenced = referenced;
}

int
pn_loop_arm(struct pn_loop *loop, struct pn_loop_timer *t, uint64_t deadline)
{
    pn_loop_disarm(loop, t);
    if (pn_timers_arm(&loop->timers, &t->t, deadline) < 0)
        return UV_ENOMEM;
    if (t->referenced)
        loop->timers_referenced++;
    if (pn_timers_first(&loop->timers) == &t->t)
        pn_loop_wake(loop);
    return 0;
}

void
pn_loop_disarm(struct pn_loop *loop, struct pn_loop_timer *t)
{
    if (!pn_timer_armed(&t->t))
        return;
    pn_timers_disarm(&loop->timers, &t->t);
    if (t->referenced)
        loop->timers_referenced--;
    pn_loop_wake(loop);
}

void
pn_loop_timer_ref(struct pn_loop *loop, struct pn_loop_timer *t, bool referenced)
{
    if (t->referenced == referenced)
        return;
    t->referenced = referenced;
    if (!pn_timer_armed(&t->t))
        return;
    if (referenced)
        loop->timers_referenced++;
    else
        loop->timers_referenced--;
    pn_loop_wake(loop);
}
