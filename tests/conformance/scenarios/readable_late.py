"""A readable listener that finds data: 'readable' on a later tick; one read() gives one chunk of it."""

import pynet
from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            c.on("readable", lambda: trace("C", "readable", flow(c), c.read(), flow(c)))
            record(c, "C", "end close")
            trace("C", "listening", flow(c))
            pynet.next_tick(lambda: trace("C", "a tick later", flow(c)))
            pynet.set_immediate(s.end)

        in_turn(s, c, ["came ", "before"], buffered)

    pair({}, {}, connected)


run(main)
