"""A data listener that hands over to another one: the next chunk goes to the new one, and none is lost."""

import pynet
from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def first(chunk):
            trace("C", "first", chunk)
            c.remove_all_listeners("data")
            c.on("data", lambda later: trace("C", "second", later))
            trace("C", "handed over", flow(c))

        def buffered():
            c.on("data", first)
            record(c, "C", "pause resume end close")
            pynet.set_immediate(lambda: s.end("three"))

        in_turn(s, c, ["greeting", "one", "two"], buffered)

    pair({}, {}, connected)


run(main)
