/* user_fd.h - descriptors that come from users: looked at, duplicated, compared, before libuv sees them. */
#ifndef PN_UVIO_USER_FD_H
#define PN_UVIO_USER_FD_H

#include <stdbool.h>

#include "loop.h"
#include "stream.h"

/* The number is that of a stream or listener of the loop. */
bool pn_loop_has_fd(struct pn_loop *loop, int fd);
/* A duplicate, close-on-exec, or a negative status. */
int pn_user_fd_dup(int fd);
/* Both are open, and the same file. */
bool pn_user_fd_same(int a, int b);
/* A TCP or unix stream socket that is not connected: 0 and its kind; else UV_EINVAL, of a pipe UV_ENOTSOCK as in Node. */
int pn_user_fd_listenable(int fd, enum pn_stream_kind *kind);

#endif
