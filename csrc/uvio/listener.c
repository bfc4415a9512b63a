/* listener.c - listens and accepts connections. EMFILE: sheds connections with a reserve descriptor, then pauses for
 * 100 ms. A listener whose descriptor was closed or shut down stops accepting. See listener.h.
 *
 * Owns:    its memory, from the constructor to the close callback of its poll handle.
 * Threads: the lock is held everywhere. */
#include "uvio/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "uvio/sockaddr.h"
#include "uvio/stale_path.h"

#define RETRY_NS (100 * (uint64_t)1000000)

static void on_poll(uv_poll_t *poll, int status, int events);
static void on_retry(struct pn_loop_timer *t);
static void on_bad_descriptor(struct pn_fd_recheck *t);
static void accept_some(struct pn_listener *l, bool waited);

/* --- making --- */

static int
last_error(void)
{
    return uv_translate_sys_error(errno);
}

/* libuv does not count a poll handle as active while it watches nothing, but a listening server keeps the loop
 * alive. Call after each change of the fields that it reads. */
static void
count_idle(struct pn_listener *l)
{
    bool idle = !l->watching && !l->closing && !l->unref && !l->dead;
    if (idle == l->idle)
        return;
    l->idle = idle;
    if (idle)
        l->loop->idle_listeners++;
    else
        l->loop->idle_listeners--;
}

static void
unwatch(struct pn_listener *l)
{
    (void)uv_poll_stop(&l->poll);
    l->watching = false;
    count_idle(l);
}

static struct pn_listener *
make(struct pn_loop *loop, int fd, enum pn_stream_kind kind, int *status)
{
    struct pn_listener *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        *status = UV_ENOMEM;
        return NULL;
    }
    *status = uv_poll_init(&loop->uv, &l->poll, fd);
    if (*status != 0) {
        free(l);
        return NULL;
    }
    l->poll.data = l;
    l->loop = loop;
    l->fd = fd;
    l->kind = (uint8_t)kind;
    l->opened = pn_loop_about_now(loop);
    l->recheck.of_listener = true;
    loop->bad_listener_fd = on_bad_descriptor;
    pn_fd_table_add(&loop->fds, fd);
    pn_loop_timer_init(&l->retry, on_retry, false);
    loop->counts.listeners++;
    loop->opened++;
    count_idle(l);
    return l;
}

static struct pn_listener *
watch(struct pn_loop *loop, int fd, enum pn_stream_kind kind, int backlog, int *status)
{
    if (listen(fd, backlog) < 0) {
        *status = last_error();
        return NULL;
    }
    return make(loop, fd, kind, status);
}

struct pn_listener *
pn_listener_tcp(struct pn_loop *loop, const struct pn_addr *at, unsigned flags, int backlog, int *status)
{
    int fd = pn_bind_tcp(at, flags, status);
    if (fd < 0)
        return NULL;
    struct pn_listener *l = watch(loop, fd, PN_STREAM_TCP, backlog, status);
    if (l == NULL)
        close(fd);
    return l;
}

static struct pn_listener *
listen_at_path(struct pn_loop *loop, const char *path, size_t len, unsigned flags, struct pn_path_access *access,
               int backlog, int *status)
{
    struct pn_path_file file;
    int fd = pn_bind_path(path, len, access->mode, &file, status);
    if (fd < 0 && *status == UV_EADDRINUSE && (flags & PN_BIND_UNLINK_STALE) != 0 && pn_stale_unlink(path, len))
        fd = pn_bind_path(path, len, access->mode, &file, status);
    if (fd < 0)
        return NULL;
    /* The mode is right already, unless the folder has an access control list with defaults. */
    *status = pn_path_access_apply(&file, access);
    struct pn_listener *l = *status == 0 ? watch(loop, fd, PN_STREAM_PIPE, backlog, status) : NULL;
    if (l == NULL) {
        pn_path_file_unlink(&file);
        close(fd);
        return NULL;
    }
    l->file = file;
    return l;
}

struct pn_listener *
pn_listener_path(struct pn_loop *loop, const char *path, size_t len, unsigned flags, struct pn_path_access *access,
                 int backlog, int *status)
{
    int lock = (flags & PN_BIND_UNLINK_STALE) != 0 ? pn_stale_lock(path, len) : -1;
    struct pn_listener *l = listen_at_path(loop, path, len, flags, access, backlog, status);
    pn_stale_unlock(lock);
    return l;
}

struct pn_listener *
pn_listener_fd(struct pn_loop *loop, int fd, enum pn_stream_kind kind, int backlog, int *status)
{
    int flags = fcntl(fd, F_GETFL);
    struct pn_listener *l = watch(loop, fd, kind, backlog, status);
    if (l == NULL) {
        (void)fcntl(fd, F_SETFL, flags); /* libuv may have changed the flags, which all duplicates share */
        return NULL;
    }
    (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    return l;
}

struct pn_listener *
pn_listener_shared(struct pn_loop *loop, int fd, enum pn_stream_kind kind, enum pn_sharing sharing, int *status)
{
    struct pn_listener *l = make(loop, fd, kind, status);
    if (l == NULL)
        return NULL;
    l->sharing = (uint8_t)sharing;
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    return l;
}

/* --- accepting --- */

static int
accept_one(struct pn_listener *l, struct pn_addr *peer)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    int fd;
    do {
#ifdef __linux__
        fd = accept4(l->fd, (struct sockaddr *)&sa, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
        fd = accept(l->fd, (struct sockaddr *)&sa, &len);
#endif
    } while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return last_error();
#ifndef __linux__
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
#endif
    peer->family = 0;
    if (l->kind == PN_STREAM_TCP)
        (void)pn_addr_from_sockaddr((const struct sockaddr *)&sa, peer);
    return fd;
}

/* EMFILE and the like: no descriptor is left. Closes the reserve descriptor in order to accept the waiting
 * connections and close them, so that their clients see it; then stops watching for RETRY_NS. Those of a shared listener
 * wait: another process may have room for them. */
static void
shed(struct pn_listener *l)
{
    struct pn_loop *loop = l->loop;
    struct pn_addr peer;
    if (loop->reserve_fd >= 0 && l->sharing == PN_NOT_SHARED) {
        close(loop->reserve_fd);
        int fd;
        for (int i = 0; i < PN_ACCEPTS_A_TURN && (fd = accept_one(l, &peer)) >= 0; i++)
            close(fd);
        loop->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    unwatch(l);
    (void)pn_loop_arm(loop, &l->retry, uv_hrtime() + RETRY_NS);
}

static void
on_retry(struct pn_loop_timer *t)
{
    struct pn_listener *l = (struct pn_listener *)(void *)((char *)t - offsetof(struct pn_listener, retry));
    bool braking = l->braking;
    l->braking = false;
    if (l->loop->reserve_fd < 0)
        l->loop->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (l->paused)
        return;
    (void)pn_listener_start(l);
    if (braking)
        accept_some(l, true);
}

/* No accept() will ever succeed again; without this the loop would spin. */
static void
stop_accepting(struct pn_listener *l, int status)
{
    if (status != UV_EINVAL) {
        pn_fd_table_remove(&l->loop->fds, l->fd);
        l->fd = -1; /* the number may belong to another file by now */
    }
    l->dead = true;
    unwatch(l);
    l->events->failed(l, status);
}

static bool
is_shortage(int status)
{
    return status == UV_EMFILE || status == UV_ENFILE || status == UV_ENOBUFS || status == UV_ENOMEM;
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
    struct pn_listener *l = poll->data;
    struct pn_loop *loop = l->loop;
    (void)events;
    if (status < 0) {
        /* libuv has stopped the poll, since the kernel reported an error. accept() finds out whether it lasts. */
        unwatch(l);
        (void)pn_loop_arm(loop, &l->retry, uv_hrtime() + RETRY_NS);
    }
    accept_some(l, false);
}

/* Other processes have fewer connections: leaves the next ones to them for a moment. Returns false if it does not. */
static bool
brake(struct pn_listener *l)
{
    uint64_t delay = pn_brake_delay(&l->loop->brake);
    if (delay == 0 || pn_loop_arm(l->loop, &l->retry, uv_hrtime() + delay) != 0)
        return false;
    l->braking = true;
    if (l->watching)
        unwatch(l);
    return true;
}

/* `waited`: the brake has delayed the first one already. */
static void
accept_some(struct pn_listener *l, bool waited)
{
    struct pn_loop *loop = l->loop;
    for (int i = 0; i < PN_ACCEPTS_A_TURN; i++) {
        if (loop->halted || loop->dead || l->closing || l->paused)
            return;
        if (l->sharing == PN_SHARED_BRAKED && !(waited && i == 0) && brake(l))
            return;
        struct pn_addr peer;
        int fd = accept_one(l, &peer);
        if (fd >= 0) {
            if (!l->events->accepted(l, fd, &peer))
                return;
            continue;
        }
        if (fd == UV_EAGAIN || fd == UV_ECONNABORTED)
            return;
        if (is_shortage(fd))
            shed(l);
        else if (fd == UV_EINVAL || fd == UV_EBADF || fd == UV_ENOTSOCK)
            stop_accepting(l, fd);
        else
            l->events->failed(l, fd);
        return;
    }
}

int
pn_listener_start(struct pn_listener *l)
{
    l->paused = false;
    if (l->watching || l->closing || l->dead || l->sharing == PN_SHARED_DELIVERED || pn_timer_armed(&l->retry.t))
        return 0;
    int status = uv_poll_start(&l->poll, UV_READABLE, on_poll);
    if (status == 0) {
        l->watching = true;
        count_idle(l);
        pn_loop_recheck_fd(l->loop, &l->recheck, l->fd);
        pn_loop_wake(l->loop);
    }
    return status;
}

void
pn_listener_pause(struct pn_listener *l)
{
    l->paused = true;
    if (l->watching && !l->closing)
        unwatch(l);
}

static void
on_bad_descriptor(struct pn_fd_recheck *t)
{
    struct pn_listener *l = (struct pn_listener *)(void *)((char *)t - offsetof(struct pn_listener, recheck));
    if (l->closing || !l->watching)
        return;
    stop_accepting(l, UV_EBADF);
}

/* --- closing --- */

static void
on_uv_close(uv_handle_t *handle)
{
    struct pn_listener *l = handle->data;
    l->loop->counts.listeners--;
    pn_path_file_forget(&l->file);
    free(l);
}

void
pn_listener_close(struct pn_listener *l)
{
    if (l->closing)
        return;
    l->closing = true;
    count_idle(l);
    pn_loop_disarm(l->loop, &l->retry);
    pn_loop_forget_fd(&l->recheck);
    pn_path_file_unlink(&l->file);
    uv_close((uv_handle_t *)&l->poll, on_uv_close);
    pn_fd_table_remove(&l->loop->fds, l->fd);
    if (l->fd >= 0)
        close(l->fd);
    pn_loop_wake(l->loop);
}

void
pn_listener_ref(struct pn_listener *l, bool referenced)
{
    l->unref = !referenced;
    if (l->closing)
        return;
    count_idle(l);
    if (referenced)
        uv_ref((uv_handle_t *)&l->poll);
    else
        uv_unref((uv_handle_t *)&l->poll);
    pn_loop_wake(l->loop);
}

int
pn_listener_delivered(const struct pn_listener *l, int fd, struct pn_addr *peer)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    int type;
    socklen_t type_len = sizeof(type);
    memset(&sa, 0, sizeof(sa));
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) < 0 || type != SOCK_STREAM ||
        getsockname(fd, (struct sockaddr *)&sa, &len) < 0 || (sa.ss_family == AF_UNIX) != (l->kind == PN_STREAM_PIPE))
        return UV_EINVAL;
    len = sizeof(sa);
    if (getpeername(fd, (struct sockaddr *)&sa, &len) < 0)
        return UV_ENOTCONN;
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    peer->family = 0;
    if (l->kind == PN_STREAM_TCP)
        (void)pn_addr_from_sockaddr((const struct sockaddr *)&sa, peer);
    return 0;
}

void
pn_listener_refuse(int fd)
{
    close(fd);
}

bool
pn_listener_local(const struct pn_listener *l, struct pn_addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    if (l->kind != PN_STREAM_TCP || getsockname(l->fd, (struct sockaddr *)&sa, &len) < 0)
        return false;
    return pn_addr_from_sockaddr((const struct sockaddr *)&sa, out);
}

struct pn_listener *
pn_listener_of_handle(uv_handle_t *handle)
{
    if (handle->type != UV_POLL)
        return NULL;
    return uv_is_closing(handle) ? NULL : handle->data;
}
