/* bind.c - opens and binds TCP and unix sockets for listen() and BoundSocket; see bind.h. */
#include "uvio/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "uvio/posix/bind_mode.h"
#include "uvio/posix/sockaddr_un.h"
#include "uvio/sockaddr.h"

static int
last_error(void)
{
    return uv_translate_sys_error(errno);
}

static int
open_socket(int domain, int *status)
{
#ifdef SOCK_CLOEXEC
    int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
    int fd = socket(domain, SOCK_STREAM, 0);
    if (fd >= 0) {
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    }
#endif
    *status = fd < 0 ? last_error() : 0;
    return fd;
}

static int
set_on(int fd, int level, int name, int on)
{
    return setsockopt(fd, level, name, &on, sizeof(on)) < 0 ? last_error() : 0;
}

/* Only where the kernel distributes the connections among all sockets that share the port. */
static int
set_reuse_port(int fd)
{
#if defined(__linux__) || defined(__DragonFly__)
    int status = set_on(fd, SOL_SOCKET, SO_REUSEPORT, 1);
#elif defined(SO_REUSEPORT_LB)
    int status = set_on(fd, SOL_SOCKET, SO_REUSEPORT_LB, 1);
#else
    (void)fd;
    int status = UV_ENOTSUP;
#endif
    return status == UV_ENOPROTOOPT ? UV_ENOTSUP : status; /* from an old kernel */
}

int
pn_bind_tcp(const struct pn_addr *at, unsigned flags, int *status)
{
    struct sockaddr_storage sa;
    socklen_t len = pn_addr_to_sockaddr(at, &sa);
    int fd = open_socket(at->family == 6 ? AF_INET6 : AF_INET, status);
    if (fd < 0)
        return -1;
    *status = set_on(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (*status == 0 && at->family == 6)
        *status = set_on(fd, IPPROTO_IPV6, IPV6_V6ONLY, (flags & PN_BIND_IPV6_ONLY) != 0);
    if (*status == 0 && (flags & PN_BIND_REUSE_PORT) != 0)
        *status = set_reuse_port(fd);
    if (*status == 0 && bind(fd, (const struct sockaddr *)&sa, len) < 0)
        *status = last_error();
    if (*status == 0)
        return fd;
    close(fd);
    return -1;
}

static int
path_to_bind(const char *path, size_t len, struct sockaddr_un *sa, socklen_t *sa_len)
{
#ifdef __linux__
    if (len == 0) {
        memset(sa, 0, sizeof(*sa));
        sa->sun_family = AF_UNIX;
        *sa_len = offsetof(struct sockaddr_un, sun_path);
        return 0;
    }
#endif
    return pn_path_to_sockaddr(path, len, sa, sa_len);
}

static int
bind_name(int fd, const struct sockaddr_un *sa, socklen_t len)
{
    return bind(fd, (const struct sockaddr *)sa, len) == 0 ? 0 : last_error();
}

static int
bind_file(int fd, const struct sockaddr_un *sa, socklen_t len, int mode, struct pn_path_file *file)
{
    int status = pn_path_file_begin(file, sa->sun_path);
    if (status != 0)
        return status;
    if (mode == PN_MODE_BY_UMASK)
        status = bind_name(fd, sa, len);
    else
        status = pn_bind_with_mode(fd, (const struct sockaddr *)sa, len, (mode_t)mode);
    if (status == 0)
        pn_path_file_end(file, sa->sun_path);
    else
        pn_path_file_forget(file);
    return status;
}

int
pn_bind_path(const char *path, size_t len, int mode, struct pn_path_file *file, int *status)
{
    struct sockaddr_un sa;
    socklen_t sa_len;
    file->path = NULL;
    *status = path_to_bind(path, len, &sa, &sa_len);
    int fd = *status == 0 ? open_socket(AF_UNIX, status) : -1;
    if (fd < 0)
        return -1;
    *status = sa.sun_path[0] == '\0' ? bind_name(fd, &sa, sa_len) : bind_file(fd, &sa, sa_len, mode, file);
    if (*status == 0)
        return fd;
    close(fd);
    return -1;
}

/* Replaces uv_pipe_connect(): libuv 1.44 does not support abstract names and truncates long paths. */
int
pn_path_connect(int *fd, const char *path, size_t len)
{
    struct sockaddr_un sa;
    socklen_t sa_len;
    int status = pn_path_to_sockaddr(path, len, &sa, &sa_len);
    if (status != 0)
        return status;
    bool own = *fd < 0;
    if (own)
        *fd = open_socket(AF_UNIX, &status);
    if (*fd < 0)
        return status;
    int r;
    do
        r = connect(*fd, (const struct sockaddr *)&sa, sa_len);
    while (r < 0 && errno == EINTR);
    if (r == 0)
        return 0;
    status = uv_translate_sys_error(errno);
    if (own)
        close(*fd);
    return status;
}

void
pn_fd_neutralize(int fd)
{
    int placeholder = socket(AF_UNIX, SOCK_STREAM, 0);
    if (placeholder < 0)
        placeholder = open("/dev/null", O_RDONLY);
    if (placeholder < 0)
        return;
    (void)dup2(placeholder, fd);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    close(placeholder);
}

bool
pn_fd_local(int fd, struct pn_addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    return getsockname(fd, (struct sockaddr *)&sa, &len) == 0 &&
           pn_addr_from_sockaddr((const struct sockaddr *)&sa, out);
}

static size_t
path_in(const struct sockaddr_un *sa, socklen_t sa_len, char *out, size_t size)
{
    if (sa->sun_family != AF_UNIX || sa_len <= offsetof(struct sockaddr_un, sun_path))
        return 0;
    size_t len = sa_len - offsetof(struct sockaddr_un, sun_path);
    if (sa->sun_path[0] != '\0')
        len = strnlen(sa->sun_path, len);
    if (len > size)
        return 0;
    memcpy(out, sa->sun_path, len);
    return len;
}

static size_t
path_by_fd(int fd, bool peer, char *out, size_t size)
{
    struct sockaddr_un sa;
    socklen_t sa_len = sizeof(sa);
    memset(&sa, 0, sizeof(sa));
    int r = peer ? getpeername(fd, (struct sockaddr *)&sa, &sa_len) : getsockname(fd, (struct sockaddr *)&sa, &sa_len);
    return r == 0 ? path_in(&sa, sa_len, out, size) : 0;
}

size_t
pn_path_of(int fd, char *out, size_t size)
{
    return path_by_fd(fd, false, out, size);
}

size_t
pn_path_of_peer(int fd, char *out, size_t size)
{
    return path_by_fd(fd, true, out, size);
}
