"""AbortSignal.timeout() does not keep the loop alive."""

import pynet
from aborting import heard
from harness import run, trace


def main():
    signal = pynet.AbortSignal.timeout(60000)
    signal.add_event_listener("abort", heard("main", "never", signal))
    trace("main", "waiting", signal.aborted)


run(main)
