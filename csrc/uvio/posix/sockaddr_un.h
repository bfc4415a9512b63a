/* sockaddr_un.h - the socket address of a unix path or an abstract name. */
#ifndef PN_UVIO_POSIX_SOCKADDR_UN_H
#define PN_UVIO_POSIX_SOCKADDR_UN_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Converts a unix path, or an abstract name (first byte NUL). Returns 0, or UV_EINVAL if it is empty, too long, or
 * contains another NUL. `*out_len` is the length of `out`. */
int pn_path_to_sockaddr(const char *path, size_t len, struct sockaddr_un *out, socklen_t *out_len);

#endif
