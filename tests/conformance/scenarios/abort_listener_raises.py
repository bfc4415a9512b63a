"""What a listener throws is uncaught, later: abort() returns, the listeners after it are called."""

import pynet
from aborting import heard
from harness import attempt, note, run, trace


def main():
    controller = pynet.AbortController()
    signal = controller.signal

    def first(event):
        raise Exception("first")

    signal.add_event_listener("abort", first)
    signal.add_event_listener("abort", heard("main", "second", signal))
    attempt("main", "abort", lambda: controller.abort())
    trace("main", "aborted", signal.aborted)
    pynet.set_timeout(note("main", "later"), 30)


run(main)
