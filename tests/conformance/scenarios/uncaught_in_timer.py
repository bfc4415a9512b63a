"""An exception in a timer: uncaught, and the later timers run."""

import pynet
from harness import run, trace


def main():
    def in_timer():
        raise RuntimeError("in a timer")

    def in_immediate():
        pynet.set_immediate(lambda: trace("main", "after the immediate"))
        raise RuntimeError("in an immediate")

    pynet.set_timeout(in_timer, 5)
    pynet.set_timeout(lambda: trace("main", "after"), 5)
    pynet.set_immediate(in_immediate)


run(main)
