/* addr_text.h - addresses with a port, as text: `1.2.3.4:80`, `[::1]:80`. */
#ifndef PN_CORE_ADDR_TEXT_H
#define PN_CORE_ADDR_TEXT_H

#include "core/addr.h"

#include <stdbool.h>
#include <stddef.h>

/* Room for any address with its port, brackets and NUL included. */
#define PN_ENDPOINT_TEXT (PN_ADDR_TEXT + 8)

/* Reads an address and its port (0 when there is none): 0, or -1 when `text` is none; `*out` is then untouched.
 *
 * Loose, the way of node's SocketAddress.parse(): an IPv4 address in any of a URL's forms (`1.2.3.4`, `1.2.3`, `127.1`,
 * `256`, `0x7f.1`, `0177.0.0.1`, with or without a dot at the end), or an IPv6 address in brackets; then nothing, or a
 * colon and decimal digits (none, or leading zeros, will do) of a number up to 65535. Nothing else of a URL is taken.
 *
 * Strict: a dotted quad or a bracketed IPv6 address, then nothing or a colon and a port without leading zeros; or an
 * IPv6 address without brackets or port. Zones are refused in both. */
int pn_addr_text_parse(const char *text, size_t len, bool strict, struct pn_addr *out);

/* `1.2.3.4:80` or `[::1]:80`, always with the port; returns the length. */
size_t pn_addr_text_format(const struct pn_addr *a, char out[PN_ENDPOINT_TEXT]);

#endif
