/* tls_loadgen.c - the clients of the suite `tls`: OpenSSL over blocking sockets, a thread for each connection.
 *
 *   tls_loadgen PORT echo CONNECTIONS SIZE MESSAGES     each connection sends and gets so many messages
 *   tls_loadgen PORT full|resumed COUNT                 so many connections, one after the other
 *   tls_loadgen PORT idle CONNECTIONS SIZE              one message each, then waits for the end of stdin
 *
 * It certifies nothing: the server's side is what is measured. The first line of stdout is the number of messages or
 * connections, when all of them are done; for idle when they are open. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static SSL_CTX *context;
static int port;
static size_t size;
static long messages;

static void
check(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "tls_loadgen: %s failed\n", what);
    exit(1);
}

static int
connect_plain(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    check(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0, "connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static SSL *
connect_tls(SSL_SESSION *session)
{
    SSL *ssl = SSL_new(context);
    check(ssl != NULL && SSL_set_fd(ssl, connect_plain()) == 1, "SSL_new");
    if (session != NULL)
        SSL_set_session(ssl, session);
    check(SSL_connect(ssl) == 1, "SSL_connect");
    return ssl;
}

/* One message there and back. */
static void
echo(SSL *ssl, char *buffer)
{
    check(SSL_write(ssl, buffer, (int)size) == (int)size, "SSL_write");
    for (size_t got = 0; got < size;) {
        int n = SSL_read(ssl, buffer, (int)(size - got));
        check(n > 0, "SSL_read");
        got += (size_t)n;
    }
}

static void
finish(SSL *ssl)
{
    int fd = SSL_get_fd(ssl);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    close(fd);
}

static void *
run(void *unused)
{
    char *buffer = calloc(1, size);
    SSL *ssl = connect_tls(NULL);
    for (long i = 0; i < messages; i++)
        echo(ssl, buffer);
    finish(ssl);
    free(buffer);
    return unused;
}

static void
many(long connections)
{
    pthread_t *threads = calloc((size_t)connections, sizeof *threads);
    for (long i = 0; i < connections; i++)
        check(pthread_create(&threads[i], NULL, run, NULL) == 0, "pthread_create");
    for (long i = 0; i < connections; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    printf("%ld\n", connections * messages);
}

/* A connection gets one byte, so that the tickets have come, and with them the session. */
static void
handshakes(long count, int resumed)
{
    char byte[1] = {'x'};
    SSL_SESSION *session = NULL;
    size = 1;
    for (long i = 0; i < count; i++) {
        SSL *ssl = connect_tls(session);
        echo(ssl, byte);
        if (resumed && session != NULL)
            check(SSL_session_reused(ssl), "resumption");
        for (int tries = 0; resumed && !SSL_SESSION_is_resumable(SSL_get0_session(ssl)); tries++) {
            check(tries < 5, "a ticket");
            echo(ssl, byte); /* it may come behind the first answer */
        }
        if (resumed) {
            SSL_SESSION_free(session);
            session = SSL_get1_session(ssl);
        }
        finish(ssl);
    }
    SSL_SESSION_free(session);
    printf("%ld\n", count);
}

static void
idle(long connections)
{
    char *buffer = calloc(1, size), end[1];
    for (long i = 0; i < connections; i++)
        echo(connect_tls(NULL), buffer);
    printf("%ld\n", connections);
    fflush(stdout);
    while (read(0, end, 1) > 0) {
    }
}

int
main(int argc, char **argv)
{
    check(argc >= 4, "usage");
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    port = atoi(argv[1]);
    long count = atol(argv[3]);
    size = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;
    messages = argc > 5 ? atol(argv[5]) : 1;
    if (strcmp(argv[2], "echo") == 0)
        many(count);
    else if (strcmp(argv[2], "idle") == 0)
        idle(count);
    else
        handshakes(count, strcmp(argv[2], "resumed") == 0);
    return 0;
}
