/* signals.c - the handlers of signals, and how a signal ends the wait of the main thread; see signals.h. */
#include "uvio/signals.h"

void
pn_signal_handlers_get(struct pn_signal_handlers *out)
{
    (void)sigaction(SIGINT, NULL, &out->interrupt);
    (void)sigaction(SIGTERM, NULL, &out->terminate);
}

void
pn_signal_handlers_set(const struct pn_signal_handlers *handlers)
{
    (void)sigaction(SIGINT, &handlers->interrupt, NULL);
    (void)sigaction(SIGTERM, &handlers->terminate, NULL);
}

int
pn_signals_fd(const struct pn_loop *loop)
{
    return loop->wake_write;
}
