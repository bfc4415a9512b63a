/* stream_windows.c - the system's part of a stream on Windows: sends by libuv, half-closes, connects to named pipes; see
 * stream_os.h.
 *
 * Threads: the lock is held everywhere. */
#include "uvio/stream_os.h"

#include <fcntl.h>
#include <io.h>
#include <stdlib.h>

#include "uvio/fd.h"
#include "uvio/net.h"

/* The buffers that one call sends; what is left goes with the next. */
#define MOST_BUFFERS 64

/* --- opening and closing --- */

int
pn_stream_os_open(struct pn_stream *s, int fd)
{
    if (s->kind == PN_STREAM_TCP)
        return uv_tcp_open(&s->h.tcp, pn_sock(fd));
    /* libuv takes a descriptor of the C library, and closes it with the handle. */
    int file = _open_osfhandle((intptr_t)fd, _O_BINARY);
    if (file < 0)
        return UV_EMFILE;
    return uv_pipe_open(&s->h.pipe, file);
}

int
pn_stream_os_socket(int family)
{
    SOCKET s = WSASocketW(family, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    return s == INVALID_SOCKET ? pn_sock_status() : (int)s;
}

int
pn_stream_os_connect_pipe(struct pn_stream *s, uv_connect_t *req, const char *path, size_t len, uv_connect_cb connected)
{
    return uv_pipe_connect2(req, &s->h.pipe, path, len, UV_PIPE_NO_TRUNCATE, connected);
}

int
pn_stream_os_connect_outcome(const struct pn_stream *s)
{
    return s->connect_status;
}

/* A named pipe has no half-close. libuv waits until the peer has read all, and then ends the own reading, too. */
static int
shut_down_pipe(struct pn_stream *s, uv_shutdown_cb later)
{
    uv_shutdown_t *req = malloc(sizeof(*req));
    if (req == NULL)
        return UV_ENOMEM;
    req->data = s;
    int status = uv_shutdown(req, &s->h.stream, later);
    if (status != 0) {
        free(req);
        return status;
    }
    pn_loop_of_handle(&s->h.handle)->counts.requests++;
    return PN_STREAM_LATER;
}

int
pn_stream_os_shutdown(struct pn_stream *s, uv_shutdown_cb later)
{
    if (s->kind == PN_STREAM_PIPE)
        return shut_down_pipe(s, later);
    return shutdown(pn_sock(pn_stream_fd(s)), SD_SEND) != 0 ? pn_sock_status() : 0;
}

void
pn_stream_os_close(struct pn_stream *s, int fd, uv_close_cb closed)
{
    /* libuv cancels the writes of this thread only (CancelIo()), and another one may have made them. `closed` waits for
     * all of them. */
    if (s->kind == PN_STREAM_TCP && fd != -1)
        (void)CancelIoEx(pn_fd_handle(fd), NULL);
    pn_link_append(&pn_loop_of_handle(&s->h.handle)->closing, &s->group);
    uv_close(&s->h.handle, closed);
}

static bool
must_wait(const struct pn_loop *loop, const struct pn_stream *s)
{
    for (struct pn_link *at = loop->closing.next; at != &loop->closing; at = at->next) {
        if (pn_stream_of_group(at)->owner == s->owner && s->owner != NULL)
            return true;
    }
    return false;
}

bool
pn_stream_os_holds(struct pn_stream *s)
{
    struct pn_loop *loop = pn_loop_of_handle(&s->h.handle);
    if (!must_wait(loop, s))
        return false;
    pn_link_append(&loop->held, &s->group);
    return true;
}

struct pn_stream *
pn_stream_os_take_held(struct pn_loop *loop)
{
    for (struct pn_link *at = loop->held.next; at != &loop->held; at = at->next) {
        struct pn_stream *s = pn_stream_of_group(at);
        if (!must_wait(loop, s)) {
            pn_link_remove(at);
            return s;
        }
    }
    return NULL;
}

bool
pn_stream_has_input(const struct pn_stream *s)
{
    int fd = pn_stream_fd(s);
    if (s->kind == PN_STREAM_TCP) {
        u_long count = 0;
        return ioctlsocket(pn_sock(fd), FIONREAD, &count) == 0 && count > 0;
    }
    DWORD count = 0;
    return PeekNamedPipe(pn_fd_handle(fd), NULL, 0, NULL, &count, NULL) && count > 0;
}

/* --- writing --- */

/* A uv_buf_t has the length first, and in 32 bits. Returns how many buffers there are. */
static unsigned
convert(uv_buf_t *bufs, const struct iovec *iov, size_t count, size_t most)
{
    unsigned n = 0;
    for (; n < count && n < most; n++) {
        size_t len = iov[n].iov_len;
        bufs[n] = uv_buf_init(iov[n].iov_base, len < UINT_MAX ? (unsigned)len : UINT_MAX);
    }
    return n;
}

ssize_t
pn_stream_try_write(struct pn_stream *s, const struct iovec *iov, size_t count)
{
    uv_buf_t bufs[MOST_BUFFERS];
    pn_loop_of_handle(&s->h.handle)->syscalls_write++;
    return uv_try_write(&s->h.stream, bufs, convert(bufs, iov, count, MOST_BUFFERS));
}

int
pn_stream_os_write(struct pn_stream *s, uv_write_t *req, const struct iovec *iov, size_t count, int fd,
                   uv_write_cb written)
{
    uv_buf_t some[MOST_BUFFERS];
    uv_buf_t *bufs = count <= MOST_BUFFERS ? some : malloc(count * sizeof(*bufs)); /* room for one at least */
    int status = UV_ENOTSUP;
    if (bufs == NULL)
        return UV_ENOMEM;
    unsigned n = convert(bufs, iov, count, count);
    if (n == 0)
        bufs[n++] = uv_buf_init(NULL, 0); /* the callback of an empty write comes as any other */
    if (fd < 0)
        status = uv_write(req, &s->h.stream, bufs, n, written);
    if (bufs != some)
        free(bufs);
    return status;
}

ssize_t
pn_stream_try_write_fd(struct pn_loop *loop, const struct pn_stream *s, const struct iovec *iov, size_t count, int fd)
{
    (void)loop;
    (void)s;
    (void)iov;
    (void)count;
    (void)fd;
    return UV_ENOTSUP;
}

ssize_t
pn_stream_recv_fds(const struct pn_stream *s, void *base, size_t len, struct pn_fds *fds)
{
    (void)s;
    (void)base;
    (void)len;
    fds->count = 0;
    return UV_ENOTSUP;
}

/* --- what the system knows --- */

int
pn_stream_fd(const struct pn_stream *s)
{
    uv_os_fd_t handle;
    return uv_fileno(&s->h.handle, &handle) == 0 ? (int)(intptr_t)handle : -1;
}

bool
pn_stream_peer_credentials(const struct pn_stream *s, struct pn_credentials *out)
{
    (void)s;
    (void)out;
    return false;
}
