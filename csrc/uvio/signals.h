/* signals.h - signals and the wait of the main thread: Ctrl-C and the like end it. */
#ifndef PN_UVIO_SIGNALS_H
#define PN_UVIO_SIGNALS_H

#include <stdint.h>

#include "uvio/loop.h"
#include "uvio/platform.h"

#ifndef _WIN32
#include <signal.h>
#endif

/* The handlers of the signals that end run(signals=True), as the C library knows them. They may be C code, of which Python
 * does not know. Empty on Windows: there Python restores its own, and no more can be asked for. */
struct pn_signal_handlers {
#ifdef _WIN32
    char none;
#else
    struct sigaction interrupt, terminate;
#endif
};

void pn_signal_handlers_get(struct pn_signal_handlers *out);
void pn_signal_handlers_set(const struct pn_signal_handlers *handlers);

/* Returns the descriptor to which Python's handler of signals writes a byte, which ends pn_loop_wait(); -1: there is none,
 * and the wait of the main thread must be short. */
int pn_signals_fd(const struct pn_loop *loop);
/* Returns how long the main thread may wait until it lets Python call its handlers of signals, in nanoseconds; -1: without
 * limit, since a signal ends the wait. */
static inline int64_t
pn_signals_longest_wait(void)
{
    return PN_ON_WINDOWS ? (int64_t)50 * 1000000 : -1;
}

#endif
