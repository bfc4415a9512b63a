/* user_fd.c - checks, duplicates and compares the descriptors that users pass in, before libuv sees them; see
 * user_fd.h. */
#include "uvio/user_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Above 2: libuv takes lower ones for the standard streams and would not close them. */
int
pn_user_fd_dup(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return copy >= 0 ? copy : uv_translate_sys_error(errno);
}

bool
pn_user_fd_same(int a, int b)
{
    struct stat sa, sb;
    return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

bool
pn_user_fd_is_fifo(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

int
pn_user_fd_listenable(int fd, enum pn_stream_kind *kind)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    int type;
    socklen_t type_len = sizeof(type);
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) < 0 || type != SOCK_STREAM)
        return pn_user_fd_is_fifo(fd) ? UV_ENOTSOCK : UV_EINVAL;
    memset(&sa, 0, sizeof(sa));
    if (getsockname(fd, (struct sockaddr *)&sa, &len) < 0)
        return UV_EINVAL;
    if (sa.ss_family == AF_INET || sa.ss_family == AF_INET6)
        *kind = PN_STREAM_TCP;
    else if (sa.ss_family == AF_UNIX)
        *kind = PN_STREAM_PIPE;
    else
        return UV_EINVAL;
    len = sizeof(sa);
    return getpeername(fd, (struct sockaddr *)&sa, &len) == 0 ? UV_EINVAL : 0;
}

/* --- streams --- */

int
pn_user_fd_kind(int fd, enum pn_stream_kind *kind, const char **what)
{
    switch (uv_guess_handle(fd)) {
    case UV_TCP:
        *kind = PN_STREAM_TCP;
        return 0;
    case UV_NAMED_PIPE:
        *kind = PN_STREAM_PIPE;
        return 0;
    case UV_FILE:
        *what = "FILE";
        break;
    case UV_TTY:
        *what = "TTY";
        break;
    case UV_UDP:
        *what = "UDP";
        break;
    default:
        *what = "UNKNOWN";
        break;
    }
    return -1;
}

struct pn_stream *
pn_user_fd_take(struct pn_loop *loop, enum pn_stream_kind kind, int fd, const struct pn_stream_events *events,
                void *owner, int *status)
{
    int flags = fcntl(fd, F_GETFL);
    int copy = pn_user_fd_dup(fd);
    if (copy < 0) {
        *status = copy;
        return NULL;
    }
    struct pn_stream *s = pn_stream_open(loop, kind, copy, events, owner, status);
    if (s == NULL) {
        (void)fcntl(fd, F_SETFL, flags); /* all duplicates share them */
        return NULL;
    }
    if (fd > STDERR_FILENO)
        close(fd);
    else
        s->block_again = (flags & O_NONBLOCK) == 0;
    return s;
}

bool
pn_user_fd_is_listening(int fd)
{
    int on = 0;
    socklen_t len = sizeof(on);
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on != 0;
}
