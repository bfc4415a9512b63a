/* bind_windows.c - opens and binds TCP sockets on Windows, looks up their addresses; see bind.h. */
#include "uvio/bind.h"

#include "uvio/fd.h"
#include "uvio/net.h"
#include "uvio/sockaddr.h"
#include "uvio/stream_os.h"
#include "uvio/windows/pipe_server.h"

static int
set_on(int fd, int level, int name, int on)
{
    return setsockopt(pn_sock(fd), level, name, pn_opt(&on), sizeof(on)) != 0 ? pn_sock_status() : 0;
}

/* Without SO_REUSEADDR, which on Windows lets two sockets have one address. A port in TIME_WAIT can be bound again
 * without it. */
int
pn_bind_tcp(const struct pn_addr *at, unsigned flags, int *status)
{
    struct sockaddr_storage sa;
    socklen_t len = pn_addr_to_sockaddr(at, &sa);
    u_long on = 1;
    int fd = pn_stream_os_socket(at->family == 6 ? AF_INET6 : AF_INET);
    *status = fd < 0 ? fd : 0;
    if (fd < 0)
        return -1;
    (void)ioctlsocket(pn_sock(fd), (long)FIONBIO, &on);
    if (flags & PN_BIND_REUSE_PORT)
        *status = UV_ENOTSUP;
    if (*status == 0 && at->family == 6)
        *status = set_on(fd, IPPROTO_IPV6, IPV6_V6ONLY, (flags & PN_BIND_IPV6_ONLY) != 0);
    if (*status == 0 && bind(pn_sock(fd), (const struct sockaddr *)&sa, len) != 0)
        *status = pn_sock_status();
    if (*status == 0)
        return fd;
    pn_fd_close(fd);
    return -1;
}

int
pn_bind_path(const char *path, size_t len, int mode, struct pn_path_file *file, int *status)
{
    file->path = NULL;
    return pn_pipe_create_first(path, len, mode, status);
}

int
pn_path_connect(int *fd, const char *path, size_t len)
{
    (void)fd;
    (void)path;
    (void)len;
    return UV_ENOTSUP; /* streams connect by libuv */
}

void
pn_fd_neutralize(int fd)
{
    (void)fd; /* there is no fork */
}

bool
pn_fd_local(int fd, struct pn_addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    return getsockname(pn_sock(fd), (struct sockaddr *)&sa, &len) == 0 &&
           pn_addr_from_sockaddr((const struct sockaddr *)&sa, out);
}

/* Servers remember the name that they listen at; a connection has none, as in Node. */
size_t
pn_path_of(int fd, char *out, size_t size)
{
    (void)fd;
    (void)out;
    (void)size;
    return 0;
}

size_t
pn_path_of_peer(int fd, char *out, size_t size)
{
    (void)fd;
    (void)out;
    (void)size;
    return 0;
}
