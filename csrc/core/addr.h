/* addr.h - an IP address with port and scope, as a plain value: it is copied, and it owns nothing. */
#ifndef PN_CORE_ADDR_H
#define PN_CORE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pn_addr {
    uint8_t bytes[16]; /* network byte order; IPv4 uses the first 4 */
    uint32_t scope;    /* IPv6 zone index; 0: none */
    uint16_t port;     /* host byte order */
    uint8_t family;    /* 4 or 6, as node:net reports it; 0: no address */
};

/* The size of a buffer for any formatted address without its zone, NUL included. */
#define PN_ADDR_TEXT 46

/* Returns 4 or 6 if `text` is an address by the rules of Node's isIP(), which allow a zone; else 0. */
int pn_ip_version(const char *text, size_t len);

/* Parses an IP literal. Returns 0, or -1 if `text` is not one; `*out` is unchanged then. A zone (`%eth0`) is
 * accepted but not stored: `*zone` points at its first character in `text` (NULL if there is none), and the caller
 * turns it into a scope. The port becomes 0. `zone` may be NULL. */
int pn_addr_parse(const char *text, size_t len, struct pn_addr *out, const char **zone);

/* pn_addr_parse() for rules and SocketAddress. The '%' of an IPv6 address may be followed by any name that an
 * interface can have, or by none; it is dropped. Returns 0 or -1. */
int pn_ip_from_text(const char *text, size_t len, struct pn_addr *out);

/* Writes the canonical text (inet_ntop's rules, lower case) without the zone; returns its length. */
size_t pn_addr_format(const struct pn_addr *a, char out[PN_ADDR_TEXT]);

/* Compares family, bytes and, for IPv6, the scope; ignores the ports. */
bool pn_addr_same_ip(const struct pn_addr *a, const struct pn_addr *b);

/* Returns whether `a` is 0.0.0.0 or ::, also as ::ffff:0.0.0.0. connect() to it reaches this machine. */
bool pn_addr_is_unspecified(const struct pn_addr *a);

/* Returns 127.0.0.1 or ::1 for the family of `a`; 127.0.0.1 for an IPv4-mapped address. */
struct pn_addr pn_addr_loopback(const struct pn_addr *a);

#endif
