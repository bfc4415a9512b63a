"""A listener that removes one after it, and one that adds another, while the event is under way."""

import pynet
from aborting import heard
from harness import run, trace


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    last = heard("main", "last", signal)

    def first(event):
        trace("main", "first")
        signal.remove_event_listener("abort", last)
        signal.add_event_listener("abort", heard("main", "added", signal))

    signal.add_event_listener("abort", first)
    signal.add_event_listener("abort", heard("main", "second", signal))
    signal.add_event_listener("abort", last)
    controller.abort()
    trace("main", "aborted")


run(main)
