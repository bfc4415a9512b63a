"""What is no descriptor at all raises at once."""

import pynet
from harness import attempt, run


def main():
    for fd in -1, 2147483648, 1.5, "1", {}, True:
        attempt("main", "fd", lambda fd=fd: pynet.Socket({"fd": fd}))
    attempt("main", "-1", lambda: pynet.Socket(-1))
    attempt("main", "undefined", lambda: pynet.Socket({"fd": None}))


run(main)
