"""abort(): the signal's state before and after, and that listeners are called within abort()."""

import pynet
from aborting import heard, why
from harness import run, trace


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    trace("main", "same signal", controller.signal is signal)
    trace("main", "before", signal.aborted, why(signal.reason))
    signal.add_event_listener("abort", heard("main", "abort", signal))
    trace("main", "returns", controller.abort())
    trace("main", "after", signal.aborted, why(signal.reason))


run(main)
