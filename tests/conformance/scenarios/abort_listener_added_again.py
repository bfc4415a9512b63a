"""A listener that was removed and added again is the last one."""

import pynet
from aborting import heard
from harness import run


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    a, b = (heard("main", label, signal) for label in "ab")
    signal.add_event_listener("abort", a)
    signal.add_event_listener("abort", b)
    signal.remove_event_listener("abort", a)
    signal.add_event_listener("abort", a)
    controller.abort()


run(main)
