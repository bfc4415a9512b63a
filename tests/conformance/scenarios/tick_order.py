"""What main() schedules: ticks in order, and those they add, before any timer or immediate."""

import pynet
from harness import run, trace


def main():
    def first():
        trace("main", "tick 1")
        pynet.next_tick(lambda: trace("main", "tick from tick 1"))

    pynet.next_tick(first)
    pynet.set_timeout(lambda: trace("main", "timeout"), 20)
    pynet.next_tick(lambda a, b: trace("main", "tick 2", a, b), "with", "arguments")
    trace("main", "main ends")


run(main)
