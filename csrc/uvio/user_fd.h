/* user_fd.h - descriptors that users pass in (Socket(fd=...), listen(fd=...)): checks, duplicates, compares them. */
#ifndef PN_UVIO_USER_FD_H
#define PN_UVIO_USER_FD_H

#include <stdbool.h>

#include "uvio/loop.h"
#include "uvio/stream.h"

/* Returns a duplicate, close-on-exec, or a negative status. */
int pn_user_fd_dup(int fd);
/* Returns whether both are open and the same file. */
bool pn_user_fd_same(int a, int b);
/* Accepts a TCP or unix stream socket that is not connected: returns 0 and its kind. Else returns UV_EINVAL, or
 * UV_ENOTSOCK for a pipe, as in Node. */
int pn_user_fd_listenable(int fd, enum pn_stream_kind *kind);
/* Gets the kind of stream that `fd` would make. Returns -1 if it makes none; `*what` is then its type ("FILE",
 * "UDP", "UNKNOWN", ...). */
int pn_user_fd_kind(int fd, enum pn_stream_kind *kind, const char **what);
/* Makes a stream of a duplicate and closes `fd`. 0, 1 and 2 stay open; if they were blocking, they become so again
 * when the stream is closed. Returns NULL with `*status` set on failure: `fd` is then unchanged. */
struct pn_stream *pn_user_fd_take(struct pn_loop *loop, enum pn_stream_kind kind, int fd,
                                  const struct pn_stream_events *events, void *owner, int *status);
/* Returns whether it listens, and thus never has anything to read. */
bool pn_user_fd_is_listening(int fd);
/* Returns whether pipe(2) or mkfifo(3) made it. */
bool pn_user_fd_is_fifo(int fd);

#endif
