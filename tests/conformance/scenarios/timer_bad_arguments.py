"""Callbacks that are no functions raise."""

import pynet
from harness import attempt, run


def main():
    attempt("main", "setTimeout", lambda: pynet.set_timeout("text", 5))
    attempt("main", "setImmediate", lambda: pynet.set_immediate(5))
    attempt("main", "nextTick", lambda: pynet.next_tick(None))


run(main)
