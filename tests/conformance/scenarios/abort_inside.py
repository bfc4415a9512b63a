"""abort() in a listener for abort does nothing more; the listeners after it see the first reason."""

import pynet
from aborting import heard
from harness import run, trace


def main():
    controller = pynet.AbortController()
    signal = controller.signal

    def first(event):
        trace("main", "first")
        controller.abort("second")
        trace("main", "aborted again")

    signal.add_event_listener("abort", first)
    signal.add_event_listener("abort", heard("main", "last", signal))
    controller.abort("first")


run(main)
