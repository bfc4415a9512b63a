/* signals_windows.c - signals and the wait of the main thread on Windows; see signals.h. */
#include "uvio/signals.h"

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
