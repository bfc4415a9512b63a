/* client_hello.h - the name of the server in a ClientHello of TLS (RFC 6066, server_name). */
#ifndef PN_CORE_CLIENT_HELLO_H
#define PN_CORE_CLIENT_HELLO_H

#include <stddef.h>
#include <stdint.h>

/* A record with a ClientHello has at most so many bytes. */
#define PN_CLIENT_HELLO_LONGEST (5 + 16384 + 2048)

/* Looks into the first bytes of a connection. Returns 1 with the name, which is printable ASCII and points into `data`; 0:
 * the record has not come whole; -1: there is no name, or this is no ClientHello in one record. */
int pn_client_hello_name(const uint8_t *data, size_t len, const char **name, size_t *name_len);

#endif
