/* bind.h - descriptors of our own: made, bound, taken from others. */
#ifndef PN_UVIO_BIND_H
#define PN_UVIO_BIND_H

#include <stdbool.h>

#include "../core/addr.h"
#include "stream.h"

#define PN_BIND_IPV6_ONLY    1u
#define PN_BIND_REUSE_PORT   2u
/* Of pn_listener_path(). */
#define PN_BIND_READABLE_ALL 4u
#define PN_BIND_WRITABLE_ALL 8u
#define PN_BIND_UNLINK_STALE 16u

/* A non-blocking, close-on-exec stream socket, bound. -1 with `*status` set. */
int pn_bind_tcp(const struct pn_addr *at, unsigned flags, int *status);
int pn_bind_path(const char *path, size_t len, int *status);
/* The file of a path (no abstract name) that was bound. */
void pn_unlink_path(const char *path, size_t len);

#endif
