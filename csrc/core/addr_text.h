/* addr_text.h - parses and formats an address with a port: `1.2.3.4:80`, `[::1]:80`. */
#ifndef PN_CORE_ADDR_TEXT_H
#define PN_CORE_ADDR_TEXT_H

#include "core/addr.h"

#include <stdbool.h>
#include <stddef.h>

/* The size of a buffer for any address with its port, brackets and NUL included. */
#define PN_ENDPOINT_TEXT (PN_ADDR_TEXT + 8)

/* Parses an address and its port (0 if there is none). Returns 0, or -1 if `text` is neither; `*out` is unchanged then.
 *
 * Loose follows Node's SocketAddress.parse(): an IPv4 address in any form that a URL allows (`1.2.3.4`, `1.2.3`,
 * `127.1`, `256`, `0x7f.1`, `0177.0.0.1`, each with or without a trailing dot), or an IPv6 address in brackets. Then
 * the text ends, or a colon and a decimal number up to 65535 follow; the number may be missing or have leading zeros.
 * No other part of a URL is accepted.
 *
 * Strict accepts a dotted quad or an IPv6 address in brackets, optionally followed by a colon and a port without
 * leading zeros; or an IPv6 address without brackets and without port. Both modes refuse zones. */
int pn_addr_text_parse(const char *text, size_t len, bool strict, struct pn_addr *out);

/* Writes `1.2.3.4:80` or `[::1]:80`, always with the port; returns the length. */
size_t pn_addr_text_format(const struct pn_addr *a, char out[PN_ENDPOINT_TEXT]);

#endif
