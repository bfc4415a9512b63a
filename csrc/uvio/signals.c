/* signals.c - see signals.h. */
#include "signals.h"

void
pn_signals_block_all(pn_signal_mask *old)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, old);
}

void
pn_signals_restore(const pn_signal_mask *old)
{
    pthread_sigmask(SIG_SETMASK, old, NULL);
}
