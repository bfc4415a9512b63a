"""AbortSignal.abort(): aborted from the start."""

import pynet
from aborting import heard, why
from harness import run, trace


def main():
    signal = pynet.AbortSignal.abort()
    trace("main", "nothing", signal.aborted, why(signal.reason), isinstance(signal, pynet.AbortSignal))
    trace("main", "text", pynet.AbortSignal.abort("stop").reason)
    trace("main", "two", pynet.AbortSignal.abort() is pynet.AbortSignal.abort())
    signal.add_event_listener("abort", heard("main", "never", signal))


run(main)
