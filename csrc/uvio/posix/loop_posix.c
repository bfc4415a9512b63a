/* loop_posix.c - the system's part of the loop on POSIX: opens it, waits by poll(), and calls libuv when all of its
 * descriptors are sound; see loop_os.h. */
#include "uvio/loop_os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#endif

#include "uvio/posix/poll_fds.h"
#include "uvio/ready.h"
#include "uvio/signal_mask.h"
#include "uvio/uv_internals.h"

/* --- opening and closing --- */

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

int
pn_loop_os_open(struct pn_loop *loop)
{
    pn_links_init(&loop->fds_to_recheck);
    fill_standard_streams();
    loop->wake_read = loop->wake_write = -1;
    int status = open_wake_pipe(loop);
    if (status == 0)
        status = check_free_descriptors(loop->wake_read);
    if (status == 0)
        status = uv_loop_init(&loop->uv);
    loop->backend = status == 0 ? uv_backend_fd(&loop->uv) : -1;
    if (status == 0 && (status = pn_ready_mark(loop, false)) != 0)
        (void)uv_loop_close(&loop->uv);
    if (status != 0) {
        if (loop->wake_read >= 0) {
            close(loop->wake_read);
            close(loop->wake_write);
        }
        return status;
    }
    loop->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    /* libuv would open it with the first stream; user code may have closed a standard stream by then. */
    pn_uv_set_emfile_fd(&loop->uv, open("/dev/null", O_RDONLY | O_CLOEXEC));
    return 0;
}

void
pn_loop_os_start(struct pn_loop *loop)
{
    (void)uv_prepare_init(&loop->uv, &loop->prepare);
    loop->prepare.data = loop;
    pn_ready_open(loop);
    forget_own_fds(loop);
}

void
pn_loop_os_stop(struct pn_loop *loop)
{
    uv_close((uv_handle_t *)&loop->prepare, NULL);
}

void
pn_loop_os_close(struct pn_loop *loop)
{
    pn_ready_close(loop);
    if (loop->reserve_fd >= 0)
        close(loop->reserve_fd);
    close(loop->wake_read);
    close(loop->wake_write);
}

struct pn_resolver *
pn_loop_os_resolver(struct pn_loop *loop)
{
    return pn_resolver_new(loop->wake_write);
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

/* Neither descriptor is ever writable, and the write end of the pipe stays open: a descriptor that reports one of
 * these was closed by code outside pynet, and another file has its number. The poll() of macOS answers POLLNVAL when it
 * is asked for POLLOUT of a kqueue. */
#define NOT_OURS (POLLNVAL | POLLOUT | POLLHUP | POLLERR)
#ifdef __linux__
#define ASKED (POLLIN | POLLOUT)
#else
#define ASKED POLLIN
#endif

bool
pn_loop_can_run(struct pn_loop *loop)
{
#ifdef __linux__
    return pn_ready_mark(loop, true) == 0; /* only there the pipe can be modified */
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

static int
take_wake_up(struct pn_loop *loop)
{
    if (!pn_loop_can_run(loop))
        return UV_EBADF; /* the pipe may be another file as well, and the bytes not for us */
    pn_loop_drain(loop);
    return 0;
}

int
pn_loop_wait(struct pn_loop *loop, int64_t timeout_ns)
{
    struct pollfd fds[2] = {
        {.fd = loop->backend, .events = ASKED},
        {.fd = loop->wake_read, .events = ASKED},
    };
    bool woken = false;
    int status = pn_ready_wait(loop, &timeout_ns, &woken);
    if (status != 0)
        return status < 0 ? status : woken ? take_wake_up(loop) : 0;
    if (pn_poll(fds, 2, timeout_ns) <= 0)
        return 0;
    if ((fds[0].revents | fds[1].revents) & NOT_OURS)
        return UV_EBADF;
    return fds[1].revents ? take_wake_up(loop) : 0;
}

/* --- descriptors that code outside pynet may have closed --- */

/* Returns whether libuv can ask the backend for this descriptor: code outside pynet may have closed it, and another
 * file may have its number. On Linux the backend says so. If a new descriptor is the next one of which libuv will tell
 * the backend, this does it in its place; in another order the backend would report its events in another order. */
static bool
can_be_watched(struct pn_loop *loop, int fd)
{
#ifdef __linux__
    unsigned told = pn_uv_watched_events(&loop->uv, fd), next = pn_uv_next_new_events(&loop->uv, fd);
    struct epoll_event event = {.events = told | next, .data.fd = fd};
    if (told != 0)
        return epoll_ctl(loop->backend, EPOLL_CTL_MOD, fd, &event) == 0;
    if (next != 0) {
        if (epoll_ctl(loop->backend, EPOLL_CTL_ADD, fd, &event) < 0 &&
            (errno != EEXIST || epoll_ctl(loop->backend, EPOLL_CTL_MOD, fd, &event) < 0))
            return false;
        pn_uv_set_asked(&loop->uv, fd);
        return true;
    }
#else
    (void)loop;
#endif
    struct stat st;
    return fstat(fd, &st) == 0 && (S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode));
}

/* Moves those that libuv cannot watch from the list to `bad`. */
static void
find_bad_fds(struct pn_loop *loop, struct pn_link *bad)
{
    for (struct pn_link *next, *at = loop->fds_to_recheck.next; at != &loop->fds_to_recheck; at = next) {
        struct pn_fd_recheck *t = (struct pn_fd_recheck *)(void *)at;
        next = at->next;
        if (can_be_watched(loop, t->fd))
            continue;
        pn_link_remove(at);
        pn_link_append(bad, at);
    }
}

/* What hears of a bad descriptor may close others, which were good a moment ago: they stay in the list until a look at
 * all has found no bad one. Returns whether any has heard, which may have run user code. */
static bool
recheck_fds(struct pn_loop *loop)
{
    struct pn_link bad;
    bool heard = false;
    pn_links_init(&bad);
    for (find_bad_fds(loop, &bad); !pn_links_empty(&bad); find_bad_fds(loop, &bad)) {
        heard = true;
        while (!pn_links_empty(&bad)) {
            struct pn_fd_recheck *t = (struct pn_fd_recheck *)(void *)bad.next;
            pn_loop_forget_fd(t);
            if (loop->dead)
                continue; /* in the child of a fork */
            if (t->of_listener)
                loop->bad_listener_fd(t);
            else
                loop->bad_stream_fd(t);
        }
    }
    pn_links_remove_all(&loop->fds_to_recheck);
    return heard;
}

void
pn_loop_recheck_fd(struct pn_loop *loop, struct pn_fd_recheck *t, int fd)
{
    t->fd = fd;
    if (pn_link_is_clear(&t->link))
        pn_link_append(&loop->fds_to_recheck, &t->link);
}

void
pn_loop_forget_fd(struct pn_fd_recheck *t)
{
    pn_link_remove(&t->link);
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
        if (pn_links_empty(&loop->fds_to_recheck) || !recheck_fds(loop))
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

void
pn_loop_os_run(struct pn_loop *loop)
{
    if (check_fds(loop) && !loop->halted)
        run_uv(loop);
}
