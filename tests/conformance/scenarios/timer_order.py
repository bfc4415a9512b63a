"""Timers run by their time, those of one time in the order they were set."""

import pynet
from harness import run, trace


def main():
    def at_20():
        trace("main", "20")
        pynet.set_timeout(lambda: trace("main", "20 after 20"), 60)

    pynet.set_timeout(lambda: trace("main", "40"), 40)
    pynet.set_timeout(lambda: trace("main", "10, first"), 10)
    pynet.set_timeout(lambda: trace("main", "10, second"), 10)
    pynet.set_timeout(at_20, 20)
    pynet.set_timeout(lambda a, b: trace("main", "arguments", a, b), 60, 1, "two")


run(main)
