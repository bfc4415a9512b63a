/* signals_windows.c - signals and the wait of the main thread on Windows; see signals.h. */
#include "uvio/signals.h"

/* Python's handler runs on another thread and writes to sockets only, of which the port knows nothing: so the main thread
 * looks often. */
#define LONGEST_WAIT_NS ((int64_t)50 * 1000000)

void
pn_signal_handlers_get(struct pn_signal_handlers *out)
{
    out->none = 0;
}

void
pn_signal_handlers_set(const struct pn_signal_handlers *handlers)
{
    (void)handlers;
}

int
pn_signals_fd(const struct pn_loop *loop)
{
    (void)loop;
    return -1;
}

int64_t
pn_signals_longest_wait(void)
{
    return LONGEST_WAIT_NS;
}
