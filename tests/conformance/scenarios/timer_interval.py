"""An interval runs until it is cleared, also when it clears itself."""

import pynet
from harness import run, trace


def main():
    count = 0

    def tick(what):
        nonlocal count
        count += 1
        trace("main", "interval", what, count)
        if count == 3:
            pynet.clear_interval(timer)

    timer = pynet.set_interval(tick, 5, "argument")


run(main)
