/* libuv_tls_echo.c - the echo server over TLS in plain C, libuv and OpenSSL: the floor of the suite `tls`.
 *
 *   libuv_tls_echo CERTIFICATE KEY
 *
 * Two memory BIOs for each connection; one read of the socket, then everything that it decrypts to is written back and
 * leaves in one write. The first line of stdout is the port. */
#define _GNU_SOURCE /* uv.h needs more than C11 */
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct connection {
    uv_tcp_t tcp; /* first */
    SSL *ssl;
    BIO *in, *out;
    int accepted;
};

struct pending {
    uv_write_t req;
    char data[];
};

static char slab[64 * 1024], plain[64 * 1024], sealed[256 * 1024];
static SSL_CTX *context;

static void
check(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "libuv_tls_echo: %s\n", what);
    exit(1);
}

static void
on_closed(uv_handle_t *handle)
{
    struct connection *c = (struct connection *)handle;
    SSL_free(c->ssl);
    free(c);
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)handle;
    (void)suggested;
    *buf = uv_buf_init(slab, sizeof slab);
}

static void
on_written(uv_write_t *req, int status)
{
    (void)status;
    free(req->data);
}

/* Sends what OpenSSL has for the peer. */
static void
flush(struct connection *c)
{
    int n = BIO_read(c->out, sealed, sizeof sealed);
    if (n <= 0)
        return;
    uv_buf_t buf = uv_buf_init(sealed, (unsigned)n);
    int sent = uv_is_closing((uv_handle_t *)&c->tcp) ? UV_ECANCELED : uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
    if (sent == n || (sent < 0 && sent != UV_EAGAIN))
        return;
    size_t done = sent > 0 ? (size_t)sent : 0, rest = (size_t)n - done;
    struct pending *pending = malloc(sizeof *pending + rest);
    check(pending != NULL, "out of memory");
    memcpy(pending->data, sealed + done, rest);
    pending->req.data = pending;
    buf = uv_buf_init(pending->data, (unsigned)rest);
    check(uv_write(&pending->req, (uv_stream_t *)&c->tcp, &buf, 1, on_written) == 0, "write");
}

static void
end(struct connection *c)
{
    SSL_shutdown(c->ssl);
    flush(c);
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct connection *c = (struct connection *)stream;
    if (n < 0) {
        uv_close((uv_handle_t *)stream, on_closed);
        return;
    }
    BIO_write(c->in, buf->base, (int)n);
    if (!c->accepted) {
        c->accepted = SSL_do_handshake(c->ssl) == 1;
        flush(c);
    }
    if (!c->accepted)
        return;
    int got;
    while ((got = SSL_read(c->ssl, plain, sizeof plain)) > 0)
        check(SSL_write(c->ssl, plain, got) == got, "SSL_write");
    flush(c);
    if (SSL_get_shutdown(c->ssl) & SSL_RECEIVED_SHUTDOWN)
        end(c);
}

static void
on_connection(uv_stream_t *server, int status)
{
    struct connection *c = calloc(1, sizeof *c);
    check(status == 0 && c != NULL, "connection");
    uv_tcp_init(server->loop, &c->tcp);
    check(uv_accept(server, (uv_stream_t *)&c->tcp) == 0, "accept");
    uv_tcp_nodelay(&c->tcp, 1);
    c->ssl = SSL_new(context);
    c->in = BIO_new(BIO_s_mem());
    c->out = BIO_new(BIO_s_mem());
    check(c->ssl != NULL && c->in != NULL && c->out != NULL, "SSL_new");
    SSL_set_bio(c->ssl, c->in, c->out);
    SSL_set_accept_state(c->ssl);
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
}

int
main(int argc, char **argv)
{
    uv_tcp_t server;
    struct sockaddr_in addr;
    int len = sizeof addr;
    signal(SIGPIPE, SIG_IGN);
    check(argc == 3, "usage: libuv_tls_echo CERTIFICATE KEY");
    context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    check(SSL_CTX_use_certificate_chain_file(context, argv[1]) == 1, "certificate");
    check(SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) == 1, "key");
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_init(loop, &server);
    uv_ip4_addr("127.0.0.1", 0, &addr);
    uv_tcp_bind(&server, (struct sockaddr *)&addr, 0);
    check(uv_listen((uv_stream_t *)&server, 511, on_connection) == 0, "listen");
    uv_tcp_getsockname(&server, (struct sockaddr *)&addr, &len);
    printf("%d\n", ntohs(addr.sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
