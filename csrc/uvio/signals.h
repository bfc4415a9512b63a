/* signals.h - the signal mask of a thread. */
#ifndef PN_UVIO_SIGNALS_H
#define PN_UVIO_SIGNALS_H

#include <signal.h>

typedef sigset_t pn_signal_mask;

void pn_signals_block_all(pn_signal_mask *old);
void pn_signals_restore(const pn_signal_mask *old);

#endif
