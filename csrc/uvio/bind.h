/* bind.h - descriptors of pynet: opens, binds and connects sockets, looks up their local addresses. */
#ifndef PN_UVIO_BIND_H
#define PN_UVIO_BIND_H

#include "core/addr.h"
#include "uvio/path_access.h"
#include "uvio/stream.h"
#include <stdbool.h>

#define PN_BIND_IPV6_ONLY    1u
#define PN_BIND_REUSE_PORT   2u
#define PN_BIND_UNLINK_STALE 4u /* for pn_listener_path() */

/* Opens and binds a stream socket, non-blocking and close-on-exec. Returns -1 with `*status` set on failure. */
int pn_bind_tcp(const struct pn_addr *at, unsigned flags, int *status);
/* The same for a unix path. Without a name (`len` 0) Linux assigns an abstract one, which pn_path_of() returns. The
 * file has this `mode` from the first moment, or what the umask leaves (PN_MODE_BY_UMASK). The caller owns `file` if
 * this succeeds; it is empty for an abstract name. */
int pn_bind_path(const char *path, size_t len, int mode, struct pn_path_file *file, int *status);
/* Connects `*fd`, or a new socket when that is -1, to a path or an abstract name. Returns 0, or a status. */
int pn_path_connect(int *fd, const char *path, size_t len);
/* For the child of a fork: replaces the descriptor by a placeholder that is not connected to anything. */
void pn_fd_neutralize(int fd);
/* Gets the local address of a TCP socket; false if it has none. */
bool pn_fd_local(int fd, struct pn_addr *out);
/* Gets the path or abstract name of a unix socket; returns its length in `out`, 0 if it is not bound. */
size_t pn_path_of(int fd, char *out, size_t size);
/* The same of its peer; 0 if there is none, or if the peer is not bound. */
size_t pn_path_of_peer(int fd, char *out, size_t size);

#endif
