/* proxy_header.h - reads and writes headers of the PROXY protocol, versions 1 and 2, with TLVs and CRC-32C.
 *
 * The specification is HAProxy's proxy-protocol.txt. Nothing is guessed: what does not follow the grammar exactly is
 * refused. */
#ifndef PN_CORE_PROXY_HEADER_H
#define PN_CORE_PROXY_HEADER_H

#include "core/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest header of version 1, its CR LF included; the fixed part of version 2; the most that may follow it. */
#define PN_PROXY_V1_LONGEST 107
#define PN_PROXY_V2_FIXED   16
#define PN_PROXY_V2_REST    4096
#define PN_PROXY_LONGEST    (PN_PROXY_V2_FIXED + PN_PROXY_V2_REST)

/* sun_path in a header: 108 bytes, filled up with NULs. */
#define PN_PROXY_PATH       108

enum pn_proxy_status {
    PN_PROXY_MORE,     /* so far it may be a header */
    PN_PROXY_WHOLE,    /* it is all there */
    PN_PROXY_INVALID,  /* it is none */
    PN_PROXY_TOO_LONG, /* it is longer than the limits above */
};

enum pn_proxy_family { PN_PROXY_UNKNOWN = 0, PN_PROXY_IPV4 = 4, PN_PROXY_IPV6 = 6, PN_PROXY_UNIX = 1 };

enum pn_proxy_tlv {
    PN_TLV_ALPN = 0x01,
    PN_TLV_AUTHORITY = 0x02,
    PN_TLV_CRC32C = 0x03,
    PN_TLV_NOOP = 0x04,
    PN_TLV_UNIQUE_ID = 0x05,
    PN_TLV_SSL = 0x20,
};

/* What a header says. The paths and the TLVs point into its bytes. */
struct pn_proxy_header {
    uint8_t version;                    /* 1 or 2 */
    bool local;                         /* the proxy connects for itself, such as a health check: it has no addresses */
    uint8_t family;                     /* enum pn_proxy_family */
    struct pn_addr source, destination; /* if `family` is 4 or 6; else their family is 0 */
    const uint8_t *source_path, *destination_path;
    size_t source_path_len, destination_path_len; /* if `family` is PN_PROXY_UNIX; may be 0 */
    const uint8_t *tlvs;                          /* well-formed */
    size_t tlvs_len;
};

/* Looks at the first `len` bytes of a connection. `*used` becomes the number of them that belong to the header: all for
 * PN_PROXY_MORE, up to its end for PN_PROXY_WHOLE. It fails as early as the bytes allow. */
enum pn_proxy_status pn_proxy_scan(const uint8_t *data, size_t len, size_t *used);

/* Reads a whole header of exactly `len` bytes. Returns 0, or -1 if it is not one: `*reason` (never NULL) then says why. */
int pn_proxy_parse(const uint8_t *data, size_t len, struct pn_proxy_header *out, const char **reason);

/* Iterates over the TLVs: `*at` starts as 0. Returns false after the last. They must be well-formed. */
bool pn_proxy_next_tlv(const struct pn_proxy_header *h, size_t *at, uint8_t *type, const uint8_t **value, size_t *len);

/* Writes the header into `out`, which has PN_PROXY_LONGEST bytes. A header of version 1 has no TLVs, and its family is
 * not PN_PROXY_UNIX. `tlvs` are well-formed; with `checksum` a TLV with the CRC-32C follows them. Returns the length, or
 * 0 if it would be longer than the limits or has no such form. */
size_t pn_proxy_write(const struct pn_proxy_header *h, bool checksum, uint8_t *out);

/* Returns whether the bytes are TLVs from the first to the last one. */
bool pn_proxy_are_tlvs(const uint8_t *data, size_t len);

/* CRC-32C (Castagnoli). `crc` is 0 at the beginning, else what the call for the bytes before has returned. */
uint32_t pn_crc32c(uint32_t crc, const uint8_t *data, size_t len);

#endif
