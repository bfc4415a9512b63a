/* address_limits.h - limits for each client address: how many connections it may have open, and how many new ones it may
 * make in a time. The caller passes the time, in nanoseconds, which never goes back.
 *
 * The memory is bounded. An address with open connections has one entry. An address without one has an entry only as
 * long as its earlier connections count for the rate. Beyond `most_idle` of these, the least recently used is forgotten:
 * such an address may connect as if it were new. */
#ifndef PN_CORE_ADDRESS_LIMITS_H
#define PN_CORE_ADDRESS_LIMITS_H

#include "core/addr.h"

#include <stddef.h>
#include <stdint.h>

/* Addresses without open connections that a server remembers: about 5 MiB. */
#define PN_LIMITS_MOST_IDLE 65536u
/* `most_open` without a limit. */
#define PN_LIMITS_ANY       UINT32_MAX
/* Secret random numbers, so that clients cannot choose addresses whose entries collide. */
#define PN_LIMITS_SECRETS   7

struct pn_address_limits;
/* What is known of one address, or of one network. */
struct pn_limited;

enum pn_admission {
    PN_ADMITTED,
    PN_TOO_MANY_OPEN,
    PN_TOO_FAST,
    PN_NOT_ADMITTED, /* out of memory */
};

/* Returns NULL when out of memory. There is no limit at first, and each IPv6 address counts for itself. */
struct pn_address_limits *pn_address_limits_new(const uint64_t secrets[PN_LIMITS_SECRETS], size_t most_idle);
/* Frees all entries, too. Accepts NULL. */
void pn_address_limits_free(struct pn_address_limits *l);

/* An address may have `most` connections open. Open ones stay. */
void pn_address_limits_set_open(struct pn_address_limits *l, uint32_t most);
/* An address may make `burst` (at least 1) connections at once, and one more each `interval` nanoseconds; 0: no limit.
 * (burst - 1) * interval is at most 2^62. */
void pn_address_limits_set_rate(struct pn_address_limits *l, uint64_t interval, uint64_t burst);
/* IPv6 addresses with the same first `bits` (1 to 128) count together. This holds for new connections: those that are
 * open do not count for them, unless `bits` is again what it was. */
void pn_address_limits_set_prefix(struct pn_address_limits *l, unsigned bits);

/* Decides on a new connection. If it is admitted, it counts until pn_address_limits_release(), and `*out` is its entry;
 * otherwise it does not count. IPv4 addresses that are mapped into IPv6 count as IPv4. */
enum pn_admission pn_address_limits_admit(struct pn_address_limits *l, const struct pn_addr *client, uint64_t now,
                                          struct pn_limited **out);
/* Counts a connection that was made before there were limits. Returns its entry; NULL when out of memory. */
struct pn_limited *pn_address_limits_count(struct pn_address_limits *l, const struct pn_addr *client);
/* A connection that has this entry has closed. */
void pn_address_limits_release(struct pn_address_limits *l, struct pn_limited *entry, uint64_t now);

/* The entries of all addresses. */
size_t pn_address_limits_size(const struct pn_address_limits *l);
/* The open connections that an entry counts. */
uint32_t pn_limited_open(const struct pn_limited *entry);

#endif
