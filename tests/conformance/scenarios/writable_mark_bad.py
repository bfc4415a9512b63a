"""A mark that is no number of bytes is refused at once."""

import pynet
from harness import attempt, run, trace


def main():
    for mark in (-1, 1.5, "x", float("nan")):
        attempt("main", f"both {mark}", lambda mark=mark: pynet.Socket(high_water_mark=mark))
        attempt("main", f"writable {mark}", lambda mark=mark: pynet.Socket(writable_high_water_mark=mark))
    attempt("main", "default", lambda: pynet.set_default_high_water_mark(-1))
    trace("main", "still", pynet.get_default_high_water_mark())


run(main)
