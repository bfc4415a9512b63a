/* signal_mask.h - the signal mask of a thread: blocks all signals in the background thread, and SIGPIPE around libuv's
 * writes. Ctrl-C is handled in py/loop/run.c. */
#ifndef PN_UVIO_SIGNAL_MASK_H
#define PN_UVIO_SIGNAL_MASK_H

#include <stdbool.h>

#ifdef _WIN32

/* Signals reach no thread but the main one, and there is no SIGPIPE. */
typedef int pn_signal_mask;

static inline void
pn_signals_block_all(pn_signal_mask *old)
{
    *old = 0;
}

static inline void
pn_signals_restore(const pn_signal_mask *old)
{
    (void)old;
}

#else

#include <signal.h>

typedef sigset_t pn_signal_mask;

void pn_signals_block_all(pn_signal_mask *old);
void pn_signals_restore(const pn_signal_mask *old);

/* Used around libuv's writes, which lack MSG_NOSIGNAL: SIGPIPE must not kill a program that has restored its default
 * action. Returns true if the caller must call pn_sigpipe_restore(). */
bool pn_sigpipe_block(pn_signal_mask *old);
void pn_sigpipe_restore(const pn_signal_mask *old);

#endif

#endif
