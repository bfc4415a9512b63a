/* listen_windows.c - makes listeners on Windows: TCP sockets and named pipes (declared in listener.h).
 *
 * Threads: the lock is held everywhere. */
#include "uvio/fd.h"
#include "uvio/listener_os.h"
#include "uvio/net.h"
#include "uvio/windows/pipe_server.h"

static struct pn_listener *
watch(struct pn_loop *loop, int fd, int backlog, int *status)
{
    if (listen(pn_sock(fd), backlog) == 0)
        return pn_listener_make(loop, fd, PN_STREAM_TCP, status);
    *status = pn_sock_status();
    return NULL;
}

struct pn_listener *
pn_listener_tcp(struct pn_loop *loop, const struct pn_addr *at, unsigned flags, int backlog, int *status)
{
    int fd = pn_bind_tcp(at, flags, status);
    struct pn_listener *l = *status == 0 ? watch(loop, fd, backlog, status) : NULL;
    if (l == NULL && fd >= 0)
        pn_fd_close(fd);
    return l;
}

struct pn_listener *
pn_listener_path(struct pn_loop *loop, const char *path, size_t len, unsigned flags, struct pn_path_access *access,
                 int backlog, int *status)
{
    (void)flags;
    (void)backlog;
    access->failed = NULL;
    int fd = pn_pipe_create_first(path, len, access->mode, status);
    if (fd < 0)
        return NULL;
    struct pn_listener *l = pn_listener_make(loop, fd, PN_STREAM_PIPE, status);
    if (l == NULL) {
        pn_fd_close(fd);
        return NULL;
    }
    *status = pn_pipe_server_name(l, path, len, access->mode);
    if (*status == 0)
        return l;
    pn_listener_close(l);
    return NULL;
}

struct pn_listener *
pn_listener_fd(struct pn_loop *loop, int fd, enum pn_stream_kind kind, int backlog, int *status)
{
    if (kind == PN_STREAM_TCP) {
        u_long on = 1;
        (void)ioctlsocket(pn_sock(fd), (long)FIONBIO, &on);
        return watch(loop, fd, backlog, status);
    }
    *status = UV_ENOTSUP;
    return NULL;
}

struct pn_listener *
pn_listener_shared(struct pn_loop *loop, int fd, enum pn_stream_kind kind, enum pn_sharing sharing, int *status)
{
    (void)loop;
    (void)fd;
    (void)kind;
    (void)sharing;
    *status = UV_ENOTSUP;
    return NULL;
}

int
pn_listener_delivered(const struct pn_listener *l, int fd, struct pn_addr *peer)
{
    (void)l;
    (void)fd;
    (void)peer;
    return UV_ENOTSUP;
}
