"""AbortSignal.timeout(0) is not aborted at once."""

import pynet
from aborting import heard
from harness import run, trace


def main():
    signal = pynet.AbortSignal.timeout(0)
    signal.add_event_listener("abort", heard("main", "abort", signal))
    trace("main", "fresh", signal.aborted)
    pynet.set_timeout(lambda: trace("main", "later", signal.aborted), 40)


run(main)
