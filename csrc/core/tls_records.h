/* tls_records.h - counts the whole records in a stream of TLS, by their headers alone: so that the filter never asks for
 * the data of a record that has not come whole.
 *
 * A record is a type, a version, a length (5 bytes), and so many bytes. */
#ifndef PN_CORE_TLS_RECORDS_H
#define PN_CORE_TLS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pn_tls_records {
    uint8_t header[5];
    uint8_t have;  /* bytes of `header` */
    uint8_t type;  /* when it has come */
    uint32_t rest; /* bytes of the body that have not come */
    bool other;    /* a record was neither application data nor an alert, by its type */
    bool alert;    /* a record was an alert */
    bool invalid;  /* these are no records of TLS: nothing is known any more */
};

/* The next bytes of the stream. Returns how many records end in them; 1 if they are no records. */
size_t pn_tls_records_add(struct pn_tls_records *r, const void *base, size_t len);

/* How many bytes the record that has begun lacks: of its header, while that has not come whole. Of no records: all. */
static inline size_t
pn_tls_records_missing(const struct pn_tls_records *r)
{
    return r->invalid ? SIZE_MAX : r->have < 5 ? 5u - r->have : r->rest;
}

#endif
