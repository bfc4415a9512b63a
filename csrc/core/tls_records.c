/* tls_records.c - counts the whole records in a stream of TLS. */
#include "core/tls_records.h"

#include <string.h>

#define ALERT            21
#define APPLICATION_DATA 23
#define LONGEST          (16384 + 2048) /* RFC 5246, 6.2.3; RFC 8446 allows less */

/* RFC 8446, 5.1: change_cipher_spec to heartbeat; every version begins with 3. */
static bool
is_header(const uint8_t *h)
{
    return h[0] >= 20 && h[0] <= 24 && h[1] == 3 && ((h[3] << 8) | h[4]) <= LONGEST;
}

static void
read_header(struct pn_tls_records *r, const uint8_t *h)
{
    r->have = 5;
    r->type = h[0];
    r->invalid = !is_header(h);
    r->alert |= r->type == ALERT;
    r->other |= r->invalid;
    r->rest = (uint32_t)((h[3] << 8) | h[4]);
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
        if (n == 5 && r->have == 0) {
            read_header(r, p);
        }
        else if (r->have < 5) {
            memcpy(r->header + r->have, p, n);
            r->have = (uint8_t)(r->have + n);
            if (r->have == 5)
                read_header(r, r->header);
        }
        else {
            r->rest -= (uint32_t)n;
        }
        p += n;
        len -= n;
        if (r->have == 5 && r->rest == 0) {
            r->have = 0;
            r->other |= r->type != APPLICATION_DATA && r->type != ALERT;
            whole++;
        }
    }
    return r->invalid ? whole + 1 : whole;
}
