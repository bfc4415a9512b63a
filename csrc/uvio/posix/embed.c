/* embed.c - one descriptor for the loop of a host: an epoll, on macOS and the BSDs a kqueue, that holds libuv's backend,
 * the wake pipe and a timer. See embed.h.
 *
 * The timer of epoll is a timerfd. It is set only when the first deadline is earlier than what it is set to, or when it
 * has expired: a deadline that moves away costs one turn for nothing instead of a system call each time. */
#include "uvio/embed.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/timerfd.h>
#else
#include <fcntl.h>
#include <sys/event.h>
#include <sys/time.h>
#endif

/* After so many turns the wake pipe is read in any case: a lookup may have written to it and been cancelled. */
#define DRAIN_EVERY 16

/* --- the system's part --- */

#ifdef __linux__

static int
watch(struct pn_loop *loop, int op, int fd, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.fd = fd};
    return epoll_ctl(loop->embed.fd, op, fd, &e) == 0 ? 0 : uv_translate_sys_error(errno);
}

static int
open_watched(struct pn_loop *loop)
{
    struct pn_embedding *m = &loop->embed;
    m->fd = epoll_create1(EPOLL_CLOEXEC);
    if (m->fd < 0)
        return uv_translate_sys_error(errno);
    m->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (m->timer_fd < 0)
        return uv_translate_sys_error(errno);
    int status = watch(loop, EPOLL_CTL_ADD, loop->backend, EPOLLIN);
    if (status == 0)
        status = watch(loop, EPOLL_CTL_ADD, loop->wake_read, EPOLLIN);
    return status == 0 ? watch(loop, EPOLL_CTL_ADD, m->timer_fd, EPOLLIN) : status;
}

static int
set_backend(struct pn_loop *loop, bool watched)
{
    return watch(loop, EPOLL_CTL_MOD, loop->backend, watched ? EPOLLIN : 0);
}

static int
set_wake_pipe(struct pn_loop *loop, bool watched)
{
    return watch(loop, EPOLL_CTL_MOD, loop->wake_read, watched ? EPOLLIN : 0);
}

/* `deadline` is a time of uv_hrtime(), which is this clock; 0 is never. */
static int
set_timer(struct pn_loop *loop, uint64_t deadline)
{
    struct itimerspec when;
    memset(&when, 0, sizeof(when));
    when.it_value.tv_sec = (time_t)(deadline / 1000000000);
    when.it_value.tv_nsec = (long)(deadline % 1000000000);
    if (timerfd_settime(loop->embed.timer_fd, TFD_TIMER_ABSTIME, &when, NULL) < 0)
        return uv_translate_sys_error(errno);
    return 0;
}

#else

static int
change(struct pn_loop *loop, int ident, int filter, unsigned flags, int64_t data)
{
    struct kevent e;
    EV_SET(&e, (uintptr_t)ident, (short)filter, (unsigned short)flags, 0, (intptr_t)data, NULL);
    if (kevent(loop->embed.fd, &e, 1, NULL, 0, NULL) == 0 || (flags & EV_DELETE && errno == ENOENT))
        return 0;
    return uv_translate_sys_error(errno);
}

static int
open_watched(struct pn_loop *loop)
{
    struct pn_embedding *m = &loop->embed;
    m->fd = kqueue();
    if (m->fd < 0)
        return uv_translate_sys_error(errno);
    (void)fcntl(m->fd, F_SETFD, FD_CLOEXEC);
    int status = change(loop, loop->backend, EVFILT_READ, EV_ADD, 0);
    return status == 0 ? change(loop, loop->wake_read, EVFILT_READ, EV_ADD, 0) : status;
}

static int
set_backend(struct pn_loop *loop, bool watched)
{
    return change(loop, loop->backend, EVFILT_READ, watched ? EV_ENABLE : EV_DISABLE, 0);
}

static int
set_wake_pipe(struct pn_loop *loop, bool watched)
{
    return change(loop, loop->wake_read, EVFILT_READ, watched ? EV_ENABLE : EV_DISABLE, 0);
}

static int
set_timer(struct pn_loop *loop, uint64_t deadline)
{
    /* A timer that has expired stays in the queue until it is deleted. */
    int status = change(loop, 1, EVFILT_TIMER, EV_DELETE, 0);
    if (status != 0 || deadline == 0)
        return status;
    uint64_t now = uv_hrtime();
    int64_t ms = deadline > now ? (int64_t)((deadline - now + 999999) / 1000000) : 1;
    return change(loop, 1, EVFILT_TIMER, EV_ADD | EV_ONESHOT, ms);
}

#endif

/* --- what embed.h declares --- */

int
pn_embed_open(struct pn_loop *loop)
{
    int status = open_watched(loop);
    if (status != 0)
        pn_embed_close(loop);
    loop->embed.drain = true; /* a signal may have left a byte in the pipe */
    return status;
}

void
pn_embed_close(struct pn_loop *loop)
{
    struct pn_embedding *m = &loop->embed;
    if (m->timer_fd >= 0)
        close(m->timer_fd);
    if (m->fd >= 0)
        close(m->fd);
    memset(m, 0, sizeof(*m));
    m->fd = m->timer_fd = -1;
    loop->polling = loop->woken = 0;
}

static void
end_silence(struct pn_loop *loop)
{
    if (!loop->embed.silent)
        return;
    loop->embed.silent = false;
    if (set_backend(loop, true) != 0)
        loop->dead = 1;
}

void
pn_embed_begin(struct pn_loop *loop)
{
    struct pn_embedding *m = &loop->embed;
    if (loop->woken || ++m->turns % DRAIN_EVERY == 0)
        m->drain = true;
    loop->polling = loop->woken = 0;
    end_silence(loop);
}

static int
rest_timer(struct pn_loop *loop)
{
    struct pn_embedding *m = &loop->embed;
    const struct pn_timer *first = pn_timers_first(&loop->timers);
    uint64_t deadline = first == NULL ? 0 : first->deadline > 0 ? first->deadline : 1;
    bool expired = m->armed != 0 && m->armed <= uv_hrtime();
    if (!expired && (deadline == 0 || (m->armed != 0 && m->armed <= deadline)))
        return 0;
    m->armed = deadline;
    return set_timer(loop, deadline);
}

int
pn_embed_rest(struct pn_loop *loop, int64_t timeout_ns, bool wake)
{
    struct pn_embedding *m = &loop->embed;
    int status = 0;
    end_silence(loop); /* the host has called again within the turn */
    if (m->drain)
        pn_loop_drain(loop);
    m->drain = false;
    if (timeout_ns != 0 || m->armed != 0)
        status = rest_timer(loop);
    loop->polling = 1;
    if (timeout_ns == 0 && wake)
        pn_loop_wake(loop);
    return status != 0 || loop->dead ? UV_EBADF : 0;
}

void
pn_embed_silence(struct pn_loop *loop)
{
    struct pn_embedding *m = &loop->embed;
    pn_loop_drain(loop);
    loop->woken = 0;
    if (m->armed != 0)
        (void)set_timer(loop, m->armed = 0);
    if (!m->silent)
        (void)set_backend(loop, false);
    m->silent = true;
}

void
pn_embed_mute(struct pn_loop *loop)
{
    pn_embed_silence(loop);
    (void)set_wake_pipe(loop, false);
    loop->polling = 0;
}
