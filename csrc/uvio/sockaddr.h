/* sockaddr.h - struct pn_addr and path names to and from the platform's socket addresses. */
#ifndef PN_UVIO_SOCKADDR_H
#define PN_UVIO_SOCKADDR_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/addr.h"

/* The length in bytes of `out`. */
socklen_t pn_addr_to_sockaddr(const struct pn_addr *a, struct sockaddr_storage *out);
/* false, and family 0, for anything that is not IPv4 or IPv6. */
bool pn_addr_from_sockaddr(const struct sockaddr *sa, struct pn_addr *out);
/* pn_addr_parse() with the zone turned into a scope; an unknown zone is scope 0. */
int pn_addr_parse_scoped(const char *text, size_t len, struct pn_addr *out);
/* With the zone's name when there is a scope; returns the length. */
size_t pn_addr_format_scoped(const struct pn_addr *a, char *out, size_t size);

/* A unix path, or an abstract name (first byte NUL). The length of `out`, or UV_EINVAL when it does not fit, is
 * empty or has a NUL inside. */
int pn_path_to_sockaddr(const char *path, size_t len, struct sockaddr_un *out, socklen_t *out_len);

#endif
