/* tls_records.c - counts the whole records in a stream of TLS. */
#include "core/tls_records.h"

#include <string.h>

#define LONGEST (16384 + 2048) /* RFC 5246, 6.2.3; RFC 8446 allows less */

/* RFC 8446, 5.1: change_cipher_spec to heartbeat; every version begins with 3. */
static bool
is_header(const uint8_t *h)
{
    return h[0] >= 20 && h[0] <= 24 && h[1] == 3 && ((h[3] << 8) | h[4]) <= LONGEST;
}

size_t
pn_tls_records_add(struct pn_tls_records *r, const void *base, size_t len)
{
    const uint8_t *p = base;
    size_t whole = 0;
    while (len > 0 && !r->invalid) {
        size_t n = r->have < 5 ? 5u - r->have : r->rest;
        if (n > len)
            n = len;
        if (r->have < 5) {
            memcpy(r->header + r->have, p, n);
            r->have = (uint8_t)(r->have + n);
            if (r->have == 5) {
                r->invalid = !is_header(r->header);
                r->rest = (uint32_t)((r->header[3] << 8) | r->header[4]);
            }
        }
        else {
            r->rest -= (uint32_t)n;
        }
        p += n;
        len -= n;
        if (r->have == 5 && r->rest == 0) {
            r->have = 0;
            whole++;
        }
    }
    return r->invalid ? whole + 1 : whole;
}
