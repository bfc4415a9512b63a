/* listener_windows.c - the system's part of a listener on Windows: uv_poll_t and accept() for sockets, instances of a
 * named pipe and an async handle for pipes; see listener_os.h.
 *
 * Threads: the lock is held everywhere. */
#include "uvio/listener_os.h"

#include "uvio/fd.h"
#include "uvio/net.h"
#include "uvio/sockaddr.h"
#include "uvio/windows/pipe_server.h"

static void
on_poll(uv_poll_t *poll, int status, int events)
{
    struct pn_listener *l = poll->data;
    (void)events;
    l->ready(l, status);
}

static void
on_client(uv_async_t *async)
{
    struct pn_listener *l = async->data;
    if (!l->watching || !pn_pipe_server_has_client(l))
        return;
    l->ready(l, 0);
    if (!l->closing && l->watching && pn_pipe_server_has_client(l))
        (void)uv_async_send(async); /* as a poll, it reports what is left in the next turn */
}

int
pn_listener_os_init(struct pn_listener *l)
{
    if (l->kind == PN_STREAM_TCP)
        return uv_poll_init_socket(&l->loop->uv, &l->handle.poll, pn_sock(l->fd));
    int status = pn_pipe_server_new(l);
    if (status != 0)
        return status;
    status = uv_async_init(&l->loop->uv, &l->handle.async, on_client);
    if (status == 0)
        l->handle.any.data = l;
    else
        l->fd = pn_pipe_server_drop(l);
    return status;
}

int
pn_listener_os_watch(struct pn_listener *l, void (*ready)(struct pn_listener *l, int status))
{
    l->ready = ready;
    if (l->kind == PN_STREAM_TCP)
        return uv_poll_start(&l->handle.poll, UV_READABLE, on_poll);
    return pn_pipe_server_start(l);
}

/* Instances of a pipe keep waiting: their clients are connected, and not accepted. */
void
pn_listener_os_unwatch(struct pn_listener *l)
{
    if (l->kind == PN_STREAM_TCP)
        (void)uv_poll_stop(&l->handle.poll);
}

int
pn_listener_os_accept(struct pn_listener *l, struct pn_addr *peer)
{
    peer->family = 0;
    if (l->kind == PN_STREAM_PIPE)
        return pn_pipe_server_accept(l);
    struct sockaddr_storage sa;
    int len = sizeof(sa);
    SOCKET s = accept(pn_sock(l->fd), (struct sockaddr *)&sa, &len);
    if (s == INVALID_SOCKET)
        return pn_sock_status();
    (void)SetHandleInformation((HANDLE)s, HANDLE_FLAG_INHERIT, 0);
    (void)pn_addr_from_sockaddr((const struct sockaddr *)&sa, peer);
    return (int)s;
}

/* Handles are not numbered from a small table: there is nothing to keep for bad times. */
void
pn_listener_os_shed(struct pn_listener *l, int most)
{
    (void)l;
    (void)most;
}

void
pn_listener_os_reserve(struct pn_loop *loop)
{
    (void)loop;
}

void
pn_listener_os_close(struct pn_listener *l, uv_close_cb closed)
{
    if (l->kind == PN_STREAM_PIPE)
        pn_pipe_server_free(l);
    uv_close(&l->handle.any, closed);
    if (l->kind == PN_STREAM_TCP && l->fd >= 0)
        (void)closesocket(pn_sock(l->fd));
}
