/* signal_mask.c - blocks signals in a thread, SIGPIPE above all; see signal_mask.h. */
#include "uvio/signal_mask.h"

#include <stddef.h>
#include <time.h>
#include <unistd.h>

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

/* Takes the pending SIGPIPE. Returns whether another process has sent it; that of a write has our own process id. */
static bool
take_sigpipe(const sigset_t *pipe_set)
{
#ifdef __linux__
    static const struct timespec at_once;
    siginfo_t info;
    return sigtimedwait(pipe_set, &info, &at_once) == SIGPIPE && info.si_pid != getpid();
#else
    int taken;
    (void)sigwait(pipe_set, &taken);
    return false;
#endif
}

void
pn_sigpipe_restore(const pn_signal_mask *old)
{
    sigset_t pending, pipe_set;
    bool again = false;
    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    /* SIGPIPE goes to the thread that writes: it is pending by now or will not come. */
    if (sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE))
        again = take_sigpipe(&pipe_set);
    pthread_sigmask(SIG_SETMASK, old, NULL);
    if (again)
        (void)kill(getpid(), SIGPIPE);
}
