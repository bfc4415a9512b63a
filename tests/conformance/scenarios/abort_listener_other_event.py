"""Listeners for another event than abort are never called."""

import pynet
from aborting import heard
from harness import attempt, run


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    attempt("main", "other event", lambda: signal.add_event_listener("Abort", heard("main", "Abort", signal)))
    signal.add_event_listener("abort", heard("main", "abort", signal))
    controller.abort()


run(main)
