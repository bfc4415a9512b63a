"""Listeners in the order in which they were added; the same function is there once; once is once."""

import pynet
from aborting import heard
from harness import run, trace


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    twice = heard("main", "twice", signal)
    trace("main", "returns", signal.add_event_listener("abort", twice))
    signal.add_event_listener("abort", heard("main", "once", signal), once=True)
    signal.add_event_listener("abort", twice)
    signal.add_event_listener("abort", heard("main", "last", signal))
    controller.abort()


run(main)
