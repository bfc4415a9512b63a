/* sockaddr.h - converts struct pn_addr to and from the platform's socket addresses. */
#ifndef PN_UVIO_SOCKADDR_H
#define PN_UVIO_SOCKADDR_H

#include <stddef.h>

#include "core/addr.h"
#include "uvio/net.h"

/* Returns the length of `out` in bytes. */
socklen_t pn_addr_to_sockaddr(const struct pn_addr *a, struct sockaddr_storage *out);
/* Returns false, with family 0, for anything but IPv4 and IPv6. */
bool pn_addr_from_sockaddr(const struct sockaddr *sa, struct pn_addr *out);
/* pn_addr_parse() with the zone converted to a scope; an unknown zone becomes scope 0. */
int pn_addr_parse_scoped(const char *text, size_t len, struct pn_addr *out);
/* Adds the name of the zone if there is a scope; returns the length. */
size_t pn_addr_format_scoped(const struct pn_addr *a, char *out, size_t size);

#endif
