"""Ticks that listeners for abort schedule run after abort() has returned."""

import pynet
from harness import note, run, trace


def main():
    controller = pynet.AbortController()
    controller.signal.add_event_listener("abort", lambda event: pynet.next_tick(note("main", "tick of the first")))
    controller.signal.add_event_listener("abort", lambda event: trace("main", "second"))
    controller.signal.add_event_listener("abort", lambda event: pynet.next_tick(note("main", "tick of the third")))
    pynet.next_tick(note("main", "tick before"))
    controller.abort()
    trace("main", "aborted")


run(main)
