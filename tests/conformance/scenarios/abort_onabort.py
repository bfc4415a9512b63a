"""onabort: none at first, one at a time, in the place where it was set first, and away with null."""

import pynet
from aborting import heard
from harness import run, trace


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    trace("main", "fresh", signal.onabort is None)
    signal.add_event_listener("abort", heard("main", "first", signal))
    signal.onabort = heard("main", "never", signal)
    signal.add_event_listener("abort", heard("main", "last", signal))
    kept = heard("main", "onabort", signal)
    signal.onabort = kept
    trace("main", "set", signal.onabort is kept)
    controller.abort()
    other = pynet.AbortController()
    other.signal.onabort = heard("main", "never", other.signal)
    other.signal.onabort = None
    trace("main", "away", other.signal.onabort is None)
    other.abort()


run(main)
