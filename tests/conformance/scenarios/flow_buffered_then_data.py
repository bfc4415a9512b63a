"""Chunks that came before there was a listener are kept apart, and a data listener gets them on a later tick."""

import pynet
from harness import pair, record, run, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            trace("C", "before", flow(c), flags(c))
            c.on("data", lambda chunk: trace("C", "chunk", chunk, c.readable_length))
            record(c, "C", "resume end close")
            trace("C", "listening", flow(c))
            pynet.next_tick(lambda: trace("C", "a tick later", flow(c), flags(c)))
            pynet.set_immediate(s.end)

        in_turn(s, c, ["one", "two", "three"], buffered)

    pair({}, {}, connected)


run(main)
