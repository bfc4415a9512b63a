/* bind.h - descriptors of our own: made, bound, taken from others. */
#ifndef PN_UVIO_BIND_H
#define PN_UVIO_BIND_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/addr.h"
#include "uvio/stream.h"

#define PN_BIND_IPV6_ONLY    1u
#define PN_BIND_REUSE_PORT   2u
/* Of pn_listener_path(). */
#define PN_BIND_READABLE_ALL 4u
#define PN_BIND_WRITABLE_ALL 8u
#define PN_BIND_UNLINK_STALE 16u

/* A non-blocking, close-on-exec stream socket, bound. -1 with `*status` set. */
int pn_bind_tcp(const struct pn_addr *at, unsigned flags, int *status);
/* Without a name (`len` 0) Linux gives it an abstract one, which pn_path_of() tells. */
int pn_bind_path(const char *path, size_t len, int *status);
/* The file of a path (no abstract name) that was bound. */
void pn_unlink_path(const char *path, size_t len);
/* In the child of a fork: a dead placeholder takes the number. */
void pn_fd_neutralize(int fd);
/* Where a TCP socket is bound. */
bool pn_fd_local(int fd, struct pn_addr *out);
/* Where a unix socket is bound; the length of what is put into `out`, 0 when nowhere. */
size_t pn_path_of(int fd, char *out, size_t size);

/* The file that a bind made. */
struct pn_path_file {
    char *path; /* own; NULL: there is nothing to unlink */
    dev_t dev;
    ino_t ino;
};

/* To be called right after the bind. Out of memory, and for an abstract name, it stays empty. */
void pn_path_file_note(struct pn_path_file *f, const char *path, size_t len);
/* Unlinks the path if that still is the file; before the descriptor is closed, or a new file may have its number.
 * `f` is empty then. */
void pn_path_file_unlink(struct pn_path_file *f);
void pn_path_file_forget(struct pn_path_file *f);

#endif
