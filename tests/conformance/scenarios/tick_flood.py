"""Ticks that add ticks all run before the loop goes on."""

import pynet
from harness import run, trace


def main():
    left = 1000

    def again():
        nonlocal left
        left -= 1
        if left > 0:
            pynet.next_tick(again)

    pynet.set_immediate(lambda: trace("main", "immediate", left))
    pynet.next_tick(again)


run(main)
