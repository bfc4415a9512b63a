/* signal_mask.c - blocks signals in a thread, SIGPIPE above all; see signal_mask.h. */
#include "uvio/signal_mask.h"

#include <stddef.h>

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

bool
pn_sigpipe_block(pn_signal_mask *old)
{
    struct sigaction action;
    sigset_t pipe_set;
    /* Python ignores SIGPIPE, so that this nearly always returns here. */
    if (sigaction(SIGPIPE, NULL, &action) < 0 || action.sa_handler != SIG_DFL)
        return false;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_set, old);
    if (!sigismember(old, SIGPIPE))
        return true;
    return false; /* the program has blocked it itself */
}

void
pn_sigpipe_restore(const pn_signal_mask *old)
{
    sigset_t pending, pipe_set;
    int taken;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    /* SIGPIPE goes to the thread that writes: it is pending by now or will not come. */
    if (sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE))
        (void)sigwait(&pipe_set, &taken);
    pthread_sigmask(SIG_SETMASK, old, NULL);
}
