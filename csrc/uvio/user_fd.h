/* user_fd.h - descriptors that come from users: looked at, duplicated, compared, before libuv sees them. */
#ifndef PN_UVIO_USER_FD_H
#define PN_UVIO_USER_FD_H

#include <stdbool.h>

#include "uvio/loop.h"
#include "uvio/stream.h"

/* A duplicate, close-on-exec, or a negative status. */
int pn_user_fd_dup(int fd);
/* Both are open, and the same file. */
bool pn_user_fd_same(int a, int b);
/* A TCP or unix stream socket that is not connected: 0 and its kind; else UV_EINVAL, of a pipe UV_ENOTSOCK as in Node. */
int pn_user_fd_listenable(int fd, enum pn_stream_kind *kind);
/* Which kind of stream it would be. -1 when it is none: `*what` is then what it is ("FILE", "UDP", "UNKNOWN", ...). */
int pn_user_fd_kind(int fd, enum pn_stream_kind *kind, const char **what);
/* A duplicate becomes a stream and `fd` is closed; 0, 1 and 2 stay open, and block again when the stream is closed if they
 * did before. NULL with `*status` set: `fd` is as it was. */
struct pn_stream *pn_user_fd_take(struct pn_loop *loop, enum pn_stream_kind kind, int fd,
                                  const struct pn_stream_events *events, void *owner, int *status);
/* It waits for connections, and will never have anything to read. */
bool pn_user_fd_is_listening(int fd);
/* What pipe(2) and mkfifo(3) make. */
bool pn_user_fd_is_fifo(int fd);

#endif
