"""read(n) with less than n left after the peer's end: all that is left, then nothing, then 'end'."""

from harness import pair, record, run, settle, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "ended", flow(c), flags(c))
            trace("C", "read(10)", c.read(10), flow(c))
            trace("C", "read(10)", c.read(10), flow(c), flags(c))

        def buffered():
            trace("C", "read(10)", c.read(10), flow(c))
            s.end()
            settle(settled)

        record(c, "C", "end close")
        in_turn(s, c, ["abc", "de"], buffered)

    pair({}, {}, connected)


run(main)
