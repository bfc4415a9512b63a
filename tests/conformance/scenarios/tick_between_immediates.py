"""Ticks run after each immediate; an immediate set by one waits for the next turn."""

import pynet
from harness import run, trace


def main():
    def first():
        trace("main", "immediate 1")
        pynet.next_tick(lambda: trace("main", "tick of immediate 1"))
        pynet.set_immediate(lambda: trace("main", "immediate of immediate 1"))

    pynet.set_immediate(first)
    pynet.set_immediate(lambda x: trace("main", "immediate 2", x), "argument")


run(main)
