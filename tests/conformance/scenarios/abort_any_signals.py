"""AbortSignal.any(): aborted with the first of its signals, for its reason, once."""

import pynet
from aborting import heard, why
from harness import run, trace


def main():
    a, b = pynet.AbortController(), pynet.AbortController()
    either = pynet.AbortSignal.any([a.signal, b.signal])
    trace("main", "fresh", either.aborted, why(either.reason), either is a.signal)
    either.add_event_listener("abort", heard("main", "any", either))
    b.abort("b")
    a.abort("a")
    trace("main", "after", either.reason, a.signal.reason)


run(main)
