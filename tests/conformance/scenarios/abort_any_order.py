"""The listeners of a signal come before those of the signals that any() made of it; all of them are aborted by then."""

import pynet
from aborting import heard
from harness import run, trace


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    signal.add_event_listener("abort", lambda event: trace("main", "first listener", one.aborted, two.aborted))
    one = pynet.AbortSignal.any([signal])
    two = pynet.AbortSignal.any([signal, pynet.AbortController().signal])
    two.add_event_listener("abort", heard("main", "two", two))
    one.add_event_listener("abort", heard("main", "one", one))
    signal.add_event_listener("abort", heard("main", "last listener", signal))
    controller.abort("stop")


run(main)
