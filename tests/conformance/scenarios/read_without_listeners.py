"""No listener at all: read() gives chunk after chunk, read(n) cuts and joins them; then comes the end."""

from harness import pair, record, run, settle, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled", flow(c), flags(c))
            trace("C", "read", c.read(), c.read())

        def buffered():
            trace("C", "before", flow(c), flags(c))
            trace("C", "read", c.read())
            trace("C", "read(2)", c.read(2))
            trace("C", "read(4)", c.read(4))
            trace("C", "read", c.read())
            trace("C", "after", flow(c), flags(c))
            s.end()
            settle(settled)

        record(c, "C", "end close")
        in_turn(s, c, ["one", "two", "three", "four"], buffered)

    pair({}, {}, connected)


run(main)
