"""The second abort() does nothing: no event, and the first reason stays."""

import pynet
from aborting import heard
from harness import run, trace


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    signal.add_event_listener("abort", heard("main", "abort", signal))
    controller.abort("first")
    controller.abort("second")
    controller.abort()
    trace("main", "reason", signal.reason)


run(main)
