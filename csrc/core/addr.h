/* addr.h - an IP address with port and scope, as a plain value: copied, never owned. */
#ifndef PN_CORE_ADDR_H
#define PN_CORE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pn_addr {
    uint8_t bytes[16]; /* network order; IPv4 uses the first 4 */
    uint32_t scope;    /* IPv6 zone index, 0 when none */
    uint16_t port;     /* host order */
    uint8_t family;    /* 4 or 6, as node:net reports it; 0: no address */
};

/* Room for any formatted address without its zone, NUL included. */
#define PN_ADDR_TEXT 46

/* 4 or 6 when `text` is an address as node's isIP() takes it, zone included; else 0. */
int pn_ip_version(const char *text, size_t len);

/* 0, or -1 when `text` is no IP literal; `*out` is then untouched. A zone (`%eth0`) is accepted and
 * dropped: `*zone` points at its first character in `text` (NULL when there is none), for the
 * caller to turn into a scope. The port is left 0. `zone` may be NULL. */
int pn_addr_parse(const char *text, size_t len, struct pn_addr *out, const char **zone);

/* Canonical text (inet_ntop's rules, lower case), without zone; returns its length. */
size_t pn_addr_format(const struct pn_addr *a, char out[PN_ADDR_TEXT]);

/* Same family, bytes and scope; ports are ignored. */
bool pn_addr_same_ip(const struct pn_addr *a, const struct pn_addr *b);

#endif
