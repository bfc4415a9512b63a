"""A signal that is none raises at once; no signal is none."""

import pynet
from harness import attempt, run


def main():
    for signal in 5, "x", {}, [], True, pynet.AbortController():
        attempt("main", "signal", lambda signal=signal: pynet.Socket({"signal": signal}))
    attempt("main", "undefined", lambda: pynet.Socket({"signal": None}))


run(main)
