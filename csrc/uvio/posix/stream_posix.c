/* stream_posix.c - the system's part of a stream on POSIX: sends by send() and sendmsg(), half-closes by shutdown(), and
 * asks the kernel what libuv does not say; see stream_os.h.
 *
 * Threads: the lock is held everywhere. */
#include "uvio/stream_os.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef FIONREAD
#include <sys/filio.h>
#endif

#include "uvio/bind.h"
#include "uvio/net.h"
#include "uvio/posix/hang_up.h"
#include "uvio/signal_mask.h"
#include "uvio/uv_internals.h"

/* --- opening and closing --- */

int
pn_stream_os_open(struct pn_stream *s, int fd)
{
    return s->kind == PN_STREAM_TCP ? uv_tcp_open(&s->h.tcp, fd) : uv_pipe_open(&s->h.pipe, fd);
}

/* --- any option --- */

int
pn_stream_os_socket(int family)
{
    int fd = socket(family, SOCK_STREAM, 0);
    if (fd < 0)
        return uv_translate_sys_error(errno);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

int
pn_stream_os_connect_path(int *fd, const char *path, size_t len)
{
    return pn_path_connect(fd, path, len);
}

/* A unix listener may have been closed since connect(2), with the connection in its queue. */
int
pn_stream_os_connect_outcome(const struct pn_stream *s)
{
    int code = 0;
    socklen_t len = sizeof(code);
    if (s->connect_status != 0 || s->kind != PN_STREAM_PIPE ||
        getsockopt(pn_stream_fd(s), SOL_SOCKET, SO_ERROR, &code, &len) < 0)
        return s->connect_status;
    return code != 0 ? uv_translate_sys_error(code) : 0;
}

int
pn_stream_os_shutdown(struct pn_stream *s, uv_shutdown_cb later)
{
    (void)later;
    return shutdown(pn_stream_fd(s), SHUT_WR) < 0 ? pn_sock_status() : 0;
}

ssize_t
pn_stream_os_end_status(const struct pn_stream *s)
{
    return pn_hang_up_status(pn_stream_fd(s));
}

void
pn_stream_os_close(struct pn_stream *s, int fd, uv_close_cb closed)
{
    if (s->block_again)
        (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    uv_close(&s->h.handle, closed);
    /* libuv takes 0 to 2 for the standard streams and leaves them open, even if the numbers belong to other files. */
    if (fd >= 0 && fd <= STDERR_FILENO)
        close(fd);
}

bool
pn_stream_has_input(const struct pn_stream *s)
{
    int count = 0;
    return ioctl(pn_stream_fd(s), FIONREAD, &count) == 0 && count > 0;
}

/* --- writing --- */

/* send() does not work on pipes. Only this error path checks for one, so that sockets, nearly all streams, pay
 * nothing. */
PN_COLD static ssize_t
write_to_pipe(struct pn_stream *s, const struct iovec *iov, size_t count)
{
    pn_signal_mask old;
    ssize_t n;
    int fd = pn_stream_fd(s);
    int flags = fcntl(fd, F_GETFL);
    if (!uv_is_writable(&s->h.stream))
        return UV_EPIPE;
    /* All that share the pipe share the flag, and writev() has no MSG_DONTWAIT: it would hang with the lock held. */
    if (flags >= 0 && (flags & O_NONBLOCK) == 0)
        (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    bool blocked = pn_sigpipe_block(&old);
    do
        n = writev(fd, iov, (int)count);
    while (n < 0 && errno == EINTR);
    int code = errno;
    if (blocked)
        pn_sigpipe_restore(&old);
    if (n >= 0)
        return n;
    return code == EAGAIN || code == EWOULDBLOCK ? UV_EAGAIN : uv_translate_sys_error(code);
}

ssize_t
pn_stream_try_write(struct pn_stream *s, const struct iovec *iov, size_t count)
{
    int fd = pn_uv_stream_fd(&s->h.stream);
    ssize_t n;
    pn_loop_of_handle(&s->h.handle)->syscalls_write++;
    do {
        if (count == 1) {
            n = send(fd, iov[0].iov_base, iov[0].iov_len, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        else {
            struct msghdr msg;
            memset(&msg, 0, sizeof(msg));
            msg.msg_iov = (struct iovec *)(uintptr_t)iov;
            msg.msg_iovlen = (__typeof__(msg.msg_iovlen))count; /* size_t or int */
            n = sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    } while (n < 0 && errno == EINTR);
    if (n >= 0)
        return n;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
        return UV_EAGAIN;
    if (errno == ENOTSOCK)
        return write_to_pipe(s, iov, count);
    return uv_translate_sys_error(errno);
}

int
pn_stream_os_write(struct pn_stream *s, uv_write_t *req, const struct iovec *iov, size_t count, int fd,
                   uv_write_cb written)
{
    /* The caller has allocated memory for it behind the request. */
    uv_stream_t *sent = fd >= 0 ? pn_uv_handle_to_send((char *)req + PN_REQUEST_SIZE, fd) : NULL;
    /* On unix a uv_buf_t has the layout of a struct iovec: base, then length. */
    pn_signal_mask old;
    bool blocked = pn_sigpipe_block(&old);
    if (fd >= 0)
        s->h.pipe.ipc = 1; /* only here: a pipe that is `ipc` would read descriptors as well */
    int status = uv_write2(req, &s->h.stream, (const uv_buf_t *)(const void *)iov, (unsigned)count, sent, written);
    if (fd >= 0)
        s->h.pipe.ipc = 0;
    if (blocked)
        pn_sigpipe_restore(&old);
    return status;
}

/* --- what the kernel knows --- */

int
pn_stream_fd(const struct pn_stream *s)
{
    uv_os_fd_t fd;
    return uv_fileno(&s->h.handle, &fd) == 0 ? fd : -1;
}

bool
pn_stream_peer_credentials(const struct pn_stream *s, struct pn_credentials *out)
{
    int fd = pn_stream_fd(s);
#ifdef SO_PEERCRED
    struct ucred cred;
    socklen_t len = sizeof(cred);
    if (s->kind != PN_STREAM_PIPE || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0 || cred.pid == 0)
        return false;
    out->pid = cred.pid;
    out->uid = cred.uid;
    out->gid = cred.gid;
#else
    uid_t uid;
    gid_t gid;
    if (s->kind != PN_STREAM_PIPE || getpeereid(fd, &uid, &gid) < 0)
        return false;
    out->pid = -1;
    out->uid = uid;
    out->gid = gid;
#endif
    return true;
}
