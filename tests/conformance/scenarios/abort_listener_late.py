"""A listener that is added after abort() is never called."""

import pynet
from aborting import heard
from harness import run, trace


def main():
    controller = pynet.AbortController()
    signal = controller.signal
    controller.abort()
    signal.add_event_listener("abort", heard("main", "late", signal))
    signal.onabort = heard("main", "late onabort", signal)
    controller.abort()
    pynet.set_immediate(lambda: trace("main", "an immediate later", signal.aborted))


run(main)
