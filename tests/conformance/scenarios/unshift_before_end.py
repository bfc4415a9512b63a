"""The peer has ended and all is read, but 'end' has not been told yet: unshift() still works and puts 'end' off."""

from harness import pair, record, run, settle, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def later():
            trace("C", "settled", flow(c), flags(c))
            trace("C", "read", c.read())

        def settled():
            trace("C", "read", c.read(), flow(c), flags(c))
            c.unshift("bc")
            trace("C", "put back", flow(c), flags(c))
            settle(later)

        def buffered():
            s.end()
            settle(settled)

        record(c, "C", "end error close")
        in_turn(s, c, ["abc"], buffered)

    pair({}, {}, connected)


run(main)
