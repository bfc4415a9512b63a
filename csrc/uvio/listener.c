/* listener.c - listens and accepts connections. EMFILE: sheds connections with a reserve descriptor, then pauses for
 * 100 ms. A listener whose descriptor was closed or shut down stops accepting. See listener.h.
 *
 * Owns:    its memory, from the constructor to the close callback of its poll handle.
 * Threads: the lock is held everywhere. */
#include "uvio/listener.h"

#include <stddef.h>
#include <stdlib.h>

#include "uvio/fd.h"
#include "uvio/listener_os.h"
#include "uvio/net.h"
#include "uvio/sockaddr.h"

#define RETRY_NS (100 * (uint64_t)1000000)

static void on_retry(struct pn_loop_timer *t);
static void on_bad_descriptor(struct pn_fd_recheck *t);
static void accept_some(struct pn_listener *l, bool waited);

/* --- making --- */

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
    pn_listener_os_unwatch(l);
    l->watching = false;
    count_idle(l);
}

struct pn_listener *
pn_listener_make(struct pn_loop *loop, int fd, enum pn_stream_kind kind, int *status)
{
    struct pn_listener *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        *status = UV_ENOMEM;
        return NULL;
    }
    l->loop = loop;
    l->fd = fd;
    l->kind = (uint8_t)kind;
    *status = pn_listener_os_init(l);
    if (*status != 0) {
        free(l);
        return NULL;
    }
    l->handle.any.data = l;
    l->opened = pn_loop_about_now(loop);
    l->recheck.of_listener = true;
    loop->bad_listener_fd = on_bad_descriptor;
    pn_fd_table_add(&loop->fds, l->fd); /* the system's part may have taken it away */
    pn_loop_timer_init(&l->retry, on_retry, false);
    loop->counts.listeners++;
    loop->opened++;
    count_idle(l);
    return l;
}

/* --- accepting --- */

/* EMFILE and the like: no descriptor is left. Closes the reserve descriptor in order to accept the waiting
 * connections and close them, so that their clients see it; then stops watching for RETRY_NS. Those of a shared listener
 * wait: another process may have room for them. */
static void
shed(struct pn_listener *l)
{
    struct pn_loop *loop = l->loop;
    if (l->sharing == PN_NOT_SHARED)
        pn_listener_os_shed(l, PN_ACCEPTS_A_TURN);
    unwatch(l);
    (void)pn_loop_arm(loop, &l->retry, uv_hrtime() + RETRY_NS);
}

static void
on_retry(struct pn_loop_timer *t)
{
    struct pn_listener *l = (struct pn_listener *)(void *)((char *)t - offsetof(struct pn_listener, retry));
    bool braking = l->braking;
    l->braking = false;
    pn_listener_os_reserve(l->loop);
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
on_ready(struct pn_listener *l, int status)
{
    struct pn_loop *loop = l->loop;
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
        int fd = pn_listener_os_accept(l, &peer);
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
    int status = pn_listener_os_watch(l, on_ready);
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
    pn_fd_table_remove(&l->loop->fds, l->fd);
    pn_listener_os_close(l, on_uv_close);
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
        uv_ref(&l->handle.any);
    else
        uv_unref(&l->handle.any);
    pn_loop_wake(l->loop);
}

void
pn_listener_refuse(int fd)
{
    pn_fd_close(fd);
}

bool
pn_listener_local(const struct pn_listener *l, struct pn_addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    if (l->kind != PN_STREAM_TCP || getsockname(pn_sock(l->fd), (struct sockaddr *)&sa, &len) < 0)
        return false;
    return pn_addr_from_sockaddr((const struct sockaddr *)&sa, out);
}

struct pn_listener *
pn_listener_of_handle(uv_handle_t *handle)
{
    return pn_is_listener(handle) && !uv_is_closing(handle) ? handle->data : NULL;
}
