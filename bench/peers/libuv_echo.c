/* libuv_echo.c - the echo server in plain C over libuv, the floor that the other servers are measured against.
 *
 * One 64 KiB slab for all reads; an answer goes out at once by uv_try_write(); what the kernel does not take is copied,
 * queued, and reading stops until it is gone. With a path as argument it serves a unix socket, else TCP on a free port.
 * The first line on stdout is the port or the path. */
#define _GNU_SOURCE /* uv.h needs more than C11 */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

union stream {
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
};

struct pending {
    uv_write_t req;
    char data[];
};

static char slab[64 * 1024];

static void
check(int status, const char *what)
{
    if (status < 0) {
        fprintf(stderr, "libuv_echo: %s: %s\n", what, uv_strerror(status));
        exit(1);
    }
}

static void
on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)handle;
    (void)suggested;
    *buf = uv_buf_init(slab, sizeof slab);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

static void
on_written(uv_write_t *req, int status)
{
    uv_stream_t *stream = req->handle;
    free(req->data);
    if (uv_is_closing((uv_handle_t *)stream))
        return;
    if (status < 0)
        uv_close((uv_handle_t *)stream, on_closed);
    else
        check(uv_read_start(stream, on_alloc, on_read), "read_start");
}

/* The kernel took only a part: keep the rest and let the peer read first. */
static void
write_later(uv_stream_t *stream, const char *data, size_t len)
{
    struct pending *pending = malloc(sizeof *pending + len);
    if (pending == NULL)
        check(UV_ENOMEM, "write");
    memcpy(pending->data, data, len);
    pending->req.data = pending;
    uv_buf_t buf = uv_buf_init(pending->data, (unsigned)len);
    uv_read_stop(stream);
    check(uv_write(&pending->req, stream, &buf, 1, on_written), "write");
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    if (n == 0)
        return;
    if (n < 0) {
        uv_close((uv_handle_t *)stream, on_closed);
        return;
    }
    uv_buf_t out = uv_buf_init(buf->base, (unsigned)n);
    int took = uv_try_write(stream, &out, 1);
    if (took == n)
        return;
    if (took < 0 && took != UV_EAGAIN) {
        uv_close((uv_handle_t *)stream, on_closed);
        return;
    }
    size_t done = took > 0 ? (size_t)took : 0;
    write_later(stream, buf->base + done, (size_t)n - done);
}

static void
on_connection(uv_stream_t *server, int status)
{
    check(status, "connection");
    union stream *peer = malloc(sizeof *peer);
    if (peer == NULL)
        check(UV_ENOMEM, "connection");
    if (server->type == UV_TCP)
        check(uv_tcp_init(server->loop, &peer->tcp), "tcp_init");
    else
        check(uv_pipe_init(server->loop, &peer->pipe, 0), "pipe_init");
    check(uv_accept(server, &peer->stream), "accept");
    if (server->type == UV_TCP)
        check(uv_tcp_nodelay(&peer->tcp, 1), "nodelay");
    check(uv_read_start(&peer->stream, on_alloc, on_read), "read_start");
}

static void
listen_tcp(uv_loop_t *loop, union stream *server)
{
    struct sockaddr_in addr;
    check(uv_ip4_addr("127.0.0.1", 0, &addr), "address");
    check(uv_tcp_init(loop, &server->tcp), "tcp_init");
    check(uv_tcp_bind(&server->tcp, (struct sockaddr *)&addr, 0), "bind");
    check(uv_listen(&server->stream, 511, on_connection), "listen");
    int len = (int)sizeof addr;
    check(uv_tcp_getsockname(&server->tcp, (struct sockaddr *)&addr, &len), "getsockname");
    printf("%d\n", ntohs(addr.sin_port));
}

static void
listen_unix(uv_loop_t *loop, union stream *server, const char *path)
{
    check(uv_pipe_init(loop, &server->pipe, 0), "pipe_init");
    check(uv_pipe_bind(&server->pipe, path), "bind");
    check(uv_listen(&server->stream, 511, on_connection), "listen");
    puts(path);
}

int
main(int argc, char **argv)
{
    static union stream server;
    signal(SIGPIPE, SIG_IGN);
    uv_loop_t *loop = uv_default_loop();
    if (argc > 1)
        listen_unix(loop, &server, argv[1]);
    else
        listen_tcp(loop, &server);
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
