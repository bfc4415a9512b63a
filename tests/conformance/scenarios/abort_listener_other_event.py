"""Listeners for other events are taken, and never called."""

import pynet
from aborting import heard
from harness import run


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    signal.add_event_listener("Abort", heard("main", "Abort", signal))
    signal.add_event_listener("close", heard("main", "close", signal))
    signal.add_event_listener("abort", heard("main", "abort", signal))
    controller.abort()


run(main)
