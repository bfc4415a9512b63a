/* listener_posix.c - the system's part of a listener on POSIX: uv_poll_t and accept(); see listener_os.h.
 *
 * Threads: the lock is held everywhere. */
#include "uvio/listener_os.h"

#include <fcntl.h>
#include <unistd.h>

#include "uvio/net.h"
#include "uvio/sockaddr.h"

int
pn_listener_os_init(struct pn_listener *l)
{
    return uv_poll_init(&l->loop->uv, &l->handle.poll, l->fd);
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
    struct pn_listener *l = poll->data;
    (void)events;
    l->ready(l, status);
}

int
pn_listener_os_watch(struct pn_listener *l, void (*ready)(struct pn_listener *l, int status))
{
    l->ready = ready;
    return uv_poll_start(&l->handle.poll, UV_READABLE, on_poll);
}

void
pn_listener_os_unwatch(struct pn_listener *l)
{
    (void)uv_poll_stop(&l->handle.poll);
}

int
pn_listener_os_accept(struct pn_listener *l, struct pn_addr *peer)
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
        return pn_sock_status();
#ifndef __linux__
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
#endif
    peer->family = 0;
    if (l->kind == PN_STREAM_TCP)
        (void)pn_addr_from_sockaddr((const struct sockaddr *)&sa, peer);
    return fd;
}

void
pn_listener_os_reserve(struct pn_loop *loop)
{
    if (loop->reserve_fd < 0)
        loop->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void
pn_listener_os_shed(struct pn_listener *l, int most)
{
    struct pn_loop *loop = l->loop;
    struct pn_addr peer;
    if (loop->reserve_fd < 0)
        return;
    close(loop->reserve_fd);
    int fd;
    for (int i = 0; i < most && (fd = pn_listener_os_accept(l, &peer)) >= 0; i++)
        close(fd);
    loop->reserve_fd = -1;
    pn_listener_os_reserve(loop);
}

void
pn_listener_os_close(struct pn_listener *l, uv_close_cb closed)
{
    uv_close(&l->handle.any, closed);
    if (l->fd >= 0)
        close(l->fd);
}
