/* poll_fds.h - poll() with nanoseconds, and pipes that do not block. */
#ifndef PN_UVIO_POSIX_POLL_FDS_H
#define PN_UVIO_POSIX_POLL_FDS_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* Opens a pipe, non-blocking and close-on-exec. Returns false with errno set. */
bool pn_pipe_open(int fds[2]);
/* Reads all that is in a pipe or an eventfd. */
void pn_pipe_drain(int fd);
/* poll() for `ns` nanoseconds, -1: without limit. */
int pn_poll(struct pollfd *fds, nfds_t count, int64_t ns);

#endif
