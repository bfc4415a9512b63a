"""A write() after end(): where its callback and 'error' stand among the ticks."""

import pynet
from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        s.resume()
        record(c, "C", "error close")
        c.end()
        pynet.next_tick(lambda: trace("C", "tick before"))
        c.write("late", answer("C", "write callback"))
        pynet.next_tick(lambda: trace("C", "tick after"))

    pair({}, {}, connected)


run(main)
