/* proxy_read.h - reads the header of the PROXY protocol from a connection, and not a byte behind it. */
#ifndef PN_UVIO_PROXY_READ_H
#define PN_UVIO_PROXY_READ_H

#include "core/proxy_header.h"

/* Reads on, without blocking: `*len` bytes at `bytes`, which has PN_PROXY_LONGEST, are there from earlier calls. What does
 * not belong to the header stays in the kernel. Returns an enum pn_proxy_status, or a status of libuv: UV_EOF if the peer
 * has ended. For PN_PROXY_INVALID and PN_PROXY_TOO_LONG `bytes` has what came instead. */
int pn_proxy_read(int fd, uint8_t *bytes, size_t *len);

/* Closes a connection by a reset. */
void pn_proxy_reset(int fd);

#endif
