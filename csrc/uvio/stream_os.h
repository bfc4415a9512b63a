/* stream_os.h - what a stream needs of the system: posix/stream_posix.c, windows/stream_windows.c. Beside these, they have
 * pn_stream_try_write(), pn_stream_has_input(), pn_stream_fd() and pn_stream_peer_credentials() of stream.h. */
#ifndef PN_UVIO_STREAM_OS_H
#define PN_UVIO_STREAM_OS_H

#include <stddef.h>
#include <uv.h>

#include "uvio/iovec.h"
#include "uvio/stream.h"

/* Keeps rare code out of the functions that handle each message: inlined, it costs them registers (measured: 17
 * instructions a message). */
#ifdef __GNUC__
#define PN_COLD __attribute__((noinline, cold))
#else
#define PN_COLD
#endif

/* The type of the length in a uv_buf_t. */
#ifdef _WIN32
typedef ULONG pn_buf_len;
#else
typedef size_t pn_buf_len;
#endif

/* The call goes on: the callback reports its result. */
#define PN_STREAM_LATER 1

struct pn_stream_req {
    union {
        uv_connect_t connect;
        uv_write_t write;
    } u;
};
#define PN_REQUEST_SIZE sizeof(struct pn_stream_req)

/* A stream has no field for its loop: libuv's handle has a pointer to it already. */
static inline struct pn_loop *
pn_loop_of_handle(const uv_handle_t *handle)
{
    return (struct pn_loop *)(void *)handle->loop; /* its first member */
}

/* Gives the descriptor to the handle, which closes it from then on. Returns 0, or a status. */
int pn_stream_os_open(struct pn_stream *s, int fd);
/* Returns a TCP socket of this family (AF_INET, ...), or a status. */
int pn_stream_os_socket(int family);
#ifdef _WIN32
/* Connects to a named pipe. Returns 0, and the callback follows; or a status. */
int pn_stream_os_connect_pipe(struct pn_stream *s, uv_connect_t *req, const char *path, size_t len,
                              uv_connect_cb connected);
#else
/* Connects `*fd`, or a new socket when that is -1. Returns 0, or a status. */
int pn_stream_os_connect_path(int *fd, const char *path, size_t len);
#endif
/* Returns connect_status, or what has happened to the connection since. */
int pn_stream_os_connect_outcome(const struct pn_stream *s);
/* Half-closes. Returns 0, a status, or PN_STREAM_LATER. */
int pn_stream_os_shutdown(struct pn_stream *s, uv_shutdown_cb later);
/* After an end that libuv has reported without a read: UV_EOF, an error, or 0 if there is more to read. */
ssize_t pn_stream_os_end_status(const struct pn_stream *s);
/* The end of a connection comes before any event of the owner's next. On Windows connect() to a named pipe has its outcome
 * within the call, so that it may come before the closing that is under way: then the first function keeps the stream, and
 * returns true; the second one takes out a stream that needs to wait no longer, or returns NULL. */
#ifdef _WIN32
bool pn_stream_os_holds(struct pn_stream *s);
struct pn_stream *pn_stream_os_take_held(struct pn_loop *loop);
#else
#define pn_stream_os_holds(s)        ((void)(s), false)
#define pn_stream_os_take_held(loop) ((void)(loop), (struct pn_stream *)NULL)
#endif
/* Closes the handle, with its descriptor `fd`. */
void pn_stream_os_close(struct pn_stream *s, int fd, uv_close_cb closed);
/* Queues a write; see pn_stream_write(). */
int pn_stream_os_write(struct pn_stream *s, uv_write_t *req, const struct iovec *iov, size_t count, int fd,
                       uv_write_cb written);

#endif
