"""Socket() on a UDP socket raises at once."""

import pynet
from descriptors import make
from harness import attempt, run


def main():
    fd = make("udp")
    attempt("main", "option", lambda: pynet.Socket({"fd": fd}))
    attempt("main", "number", lambda: pynet.Socket(fd))


run(main)
