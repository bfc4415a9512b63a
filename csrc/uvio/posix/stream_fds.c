/* stream_fds.c - sends and receives descriptors over a unix socket, by SCM_RIGHTS (declared in stream.h). libuv does so
 * on pipes made for it only, and reads with no limit.
 *
 * Threads: the lock is held everywhere. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "uvio/stream.h"

#ifndef MSG_DONTWAIT
#define MSG_DONTWAIT 0 /* the descriptor does not block anyway */
#endif
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif
#ifndef MSG_CMSG_CLOEXEC
#define MSG_CMSG_CLOEXEC 0
#endif

ssize_t
pn_stream_try_write_fd(struct pn_loop *loop, const struct pn_stream *s, const struct iovec *iov, size_t count, int fd)
{
    union {
        struct cmsghdr header; /* aligns it */
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr msg;
    ssize_t n;
    memset(&control, 0, sizeof(control));
    memset(&msg, 0, sizeof(msg));
    msg.msg_iov = (struct iovec *)(uintptr_t)iov;
    msg.msg_iovlen = (__typeof__(msg.msg_iovlen))count; /* size_t or int */
    msg.msg_control = &control;
    msg.msg_controllen = sizeof(control.space);
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    loop->syscalls_write++;
    do
        n = sendmsg(pn_stream_fd(s), &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return n;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? UV_EAGAIN : uv_translate_sys_error(errno);
}

static void
collect(const struct cmsghdr *c, struct pn_fds *fds)
{
    const unsigned char *data = CMSG_DATA((struct cmsghdr *)(uintptr_t)c);
    size_t count = ((size_t)c->cmsg_len - (size_t)(data - (const unsigned char *)c)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
        int fd;
        memcpy(&fd, data + i * sizeof(int), sizeof(fd));
        if (MSG_CMSG_CLOEXEC == 0)
            (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        if (fds->count < PN_MAX_FDS)
            fds->fd[fds->count++] = fd;
        else
            close(fd);
    }
}

ssize_t
pn_stream_recv_fds(const struct pn_stream *s, void *base, size_t len, struct pn_fds *fds)
{
    union {
        struct cmsghdr header;
        char
            space[CMSG_SPACE(PN_MAX_FDS * sizeof(int)) + 256]; /* and for credentials, if the user has asked for them */
    } control;
    struct iovec iov = {base, len};
    struct msghdr msg;
    ssize_t n;
    fds->count = 0;
    fds->lost = false;
    memset(&msg, 0, sizeof(msg));
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    do {
        msg.msg_control = &control;
        msg.msg_controllen = sizeof(control.space);
        n = recvmsg(pn_stream_fd(s), &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? UV_EAGAIN : uv_translate_sys_error(errno);
/* musl's CMSG_NXTHDR() compares a size_t with a ptrdiff_t. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            collect(c, fds);
    }
#pragma GCC diagnostic pop
    fds->lost = (msg.msg_flags & MSG_CTRUNC) != 0;
    return n;
}
