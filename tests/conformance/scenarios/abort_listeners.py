"""Listeners of a signal: added twice, once, removed."""

import pynet
from harness import run, trace


def main():
    def removed(*event):
        trace("main", "removed")

    def one(*event):
        trace("main", "one")

    controller = pynet.AbortController()
    signal = controller.signal
    signal.add_event_listener("abort", one)
    signal.add_event_listener("abort", lambda *event: trace("main", "two"), once=True)
    signal.add_event_listener("abort", one)
    signal.add_event_listener("abort", lambda *event: trace("main", "three"))
    signal.add_event_listener("abort", removed)
    signal.remove_event_listener("abort", removed)
    signal.remove_event_listener("abort", removed)
    controller.abort()
    signal.add_event_listener("abort", lambda *event: trace("main", "too late"))


run(main)
