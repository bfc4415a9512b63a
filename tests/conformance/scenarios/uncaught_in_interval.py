"""An interval that raises: uncaught, and the interval goes on."""

import pynet
from harness import run, trace


def main():
    count = 0

    def tick():
        nonlocal count
        count += 1
        trace("main", "interval", count)
        if count == 2:
            pynet.clear_interval(timer)
        raise RuntimeError(f"interval {count}")

    timer = pynet.set_interval(tick, 5)


run(main)
