"""any() of signals of which some are aborted: aborted from the start, for the reason of the first of those."""

import pynet
from aborting import heard, why
from harness import run, trace


def main():
    controller = pynet.AbortController()
    signals = [controller.signal, pynet.AbortSignal.abort("second"), pynet.AbortSignal.abort("third")]
    either = pynet.AbortSignal.any(signals)
    trace("main", "any", either.aborted, either.reason)
    either.add_event_listener("abort", heard("main", "never", either))
    controller.abort("first")
    trace("main", "after", either.reason)
    trace("main", "no reason", why(pynet.AbortSignal.any([pynet.AbortSignal.abort()]).reason))


run(main)
