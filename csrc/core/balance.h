/* balance.h - whether a process waits before it accepts a connection, since others that share its listening socket have
 * fewer. */
#ifndef PN_CORE_BALANCE_H
#define PN_CORE_BALANCE_H

#include <stdint.h>

/* Connections that have closed within this time, in nanoseconds, were short, or may well have been. */
#define PN_BALANCE_SHORT_NS 10000000u

/* Returns how long to wait, in nanoseconds; 0: not at all. `own` are the open connections of this process, `least` those of
 * the process that has the fewest. `gone` are those of this process that have closed in the last moments. */
uint64_t pn_balance_delay(uint32_t own, uint32_t least, uint32_t gone);

#endif
