"""An exception in a tick: uncaught, and the later ticks run."""

import pynet
from harness import run, trace


def main():
    def fail():
        raise RuntimeError("in a tick")

    pynet.next_tick(lambda: trace("main", "before"))
    pynet.next_tick(fail)
    pynet.next_tick(lambda: trace("main", "after"))


run(main)
