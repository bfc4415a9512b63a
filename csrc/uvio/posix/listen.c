/* listen.c - makes listeners: binds and listens, takes descriptors of users, and those that other processes listen with
 * (declared in listener.h).
 *
 * Threads: the lock is held everywhere. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "uvio/listener_os.h"
#include "uvio/net.h"
#include "uvio/posix/stale_path.h"
#include "uvio/sockaddr.h"

static struct pn_listener *
watch(struct pn_loop *loop, int fd, enum pn_stream_kind kind, int backlog, int *status)
{
    if (listen(fd, backlog) < 0) {
        *status = pn_sock_status();
        return NULL;
    }
    return pn_listener_make(loop, fd, kind, status);
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
    struct pn_listener *l = pn_listener_make(loop, fd, kind, status);
    if (l == NULL)
        return NULL;
    l->sharing = (uint8_t)sharing;
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    return l;
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
