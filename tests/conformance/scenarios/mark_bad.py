"""A high water mark below zero is refused when the socket is made."""

import pynet
from harness import attempt, run


def main():
    attempt("main", "both", lambda: pynet.Socket(high_water_mark=-1))
    attempt("main", "reading", lambda: pynet.Socket(readable_high_water_mark=-1))
    attempt("main", "writing", lambda: pynet.Socket(writable_high_water_mark=-1))
    attempt("main", "fine", lambda: pynet.Socket(readable_high_water_mark=1))


run(main)
