"""removeEventListener(): before abort(), of one that is not there, twice, and of one added with once."""

import pynet
from aborting import heard
from harness import run, trace


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    a, b, c = (heard("main", label, signal) for label in "abc")
    signal.add_event_listener("abort", a)
    signal.add_event_listener("abort", b, once=True)
    signal.add_event_listener("abort", c)
    trace("main", "returns", signal.remove_event_listener("abort", a))
    signal.remove_event_listener("abort", a)
    signal.remove_event_listener("abort", b)
    signal.remove_event_listener("abort", lambda event: None)
    controller.abort()


run(main)
