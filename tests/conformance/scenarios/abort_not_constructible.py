"""AbortSignal cannot be made directly; what is set on a signal or controller that is read-only changes nothing."""

import pynet
from harness import attempt, run, trace


def main():
    attempt("main", "AbortSignal", lambda: pynet.AbortSignal())
    signal = pynet.AbortController().signal
    trace("main", "signal", isinstance(signal, pynet.AbortSignal), signal.aborted)


run(main)
