"""The loop that everybody writes: at 'readable', read() until it gives nothing."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def readable():
            trace("C", "readable", flow(c))
            while (chunk := c.read()) is not None:
                trace("C", "read", chunk)
            trace("C", "nothing left", flow(c))

        c.on("readable", readable)
        record(c, "C", "end close")
        trace("C", "listening", flow(c))
        in_turn(s, c, ["first", "second"], s.end)

    pair({}, {}, connected)


run(main)
