/* signals.h - the signal mask of a thread. */
#ifndef PN_UVIO_SIGNALS_H
#define PN_UVIO_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

typedef sigset_t pn_signal_mask;

void pn_signals_block_all(pn_signal_mask *old);
void pn_signals_restore(const pn_signal_mask *old);

/* Around what writes in libuv, which does so without MSG_NOSIGNAL: when the program has set SIGPIPE back to its default,
 * it must not die of it. True when it was blocked; pn_sigpipe_restore() is due then. */
bool pn_sigpipe_block(pn_signal_mask *old);
void pn_sigpipe_restore(const pn_signal_mask *old);

#endif
