"""Ticks run after each timer's callback, before the next timer's."""

import pynet
from harness import run, trace


def main():
    def first():
        trace("main", "timer 1")
        pynet.next_tick(lambda: trace("main", "tick of timer 1"))

    def second():
        trace("main", "timer 2")
        pynet.next_tick(lambda: trace("main", "tick of timer 2"))

    pynet.set_timeout(first, 5)
    pynet.set_timeout(second, 5)


run(main)
