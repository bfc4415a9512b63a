"""A readable listener added in the middle of a flow: from then on it decides, with what is still buffered."""

import pynet
from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def data(chunk):
            trace("C", "chunk", chunk)
            if c.listener_count("readable") == 0:
                c.on("readable", lambda: trace("C", "readable", flow(c), c.read()))
                trace("C", "readable listener", flow(c))

        def buffered():
            c.on("data", data)
            record(c, "C", "pause resume end close")
            pynet.set_immediate(s.end)

        in_turn(s, c, ["one", "two", "three"], buffered)

    pair({}, {}, connected)


run(main)
