/* wake_fd.h - wakes a thread that waits in poll(): an eventfd, or a pipe where there is none. Windows has no
 * wait for both; pn_wake_fd_open() fails there. */
#ifndef PN_UVIO_WAKE_FD_H
#define PN_UVIO_WAKE_FD_H

#include <stdbool.h>
#include <stdint.h>

struct pn_wake_fd {
    int read, write; /* the same for an eventfd; -1: not open */
};

/* Returns false, with both -1, when there are no descriptors. */
bool pn_wake_fd_open(struct pn_wake_fd *w);
void pn_wake_fd_close(struct pn_wake_fd *w);
/* Any thread may set it. It stays set until it is cleared. */
void pn_wake_fd_set(const struct pn_wake_fd *w);
void pn_wake_fd_clear(const struct pn_wake_fd *w);

enum { PN_WAKE_SET = 1, PN_WAKE_READABLE = 2, PN_WAKE_INTERRUPTED = 4 };
/* Waits until it is set, until `fd` (-1: none) can be read, has ended or failed, or for `ns` nanoseconds (-1: without
 * limit). Returns PN_WAKE_* bits: interrupted by a signal; 0 when the time is over. Called without the lock. */
unsigned pn_wake_fd_wait(const struct pn_wake_fd *w, int fd, int64_t ns);

#endif
