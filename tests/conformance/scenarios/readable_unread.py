"""A readable listener that does not read hears of what else comes, and of the end; the end waits until it has read."""

from harness import pair, record, run, settle, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled", flow(c), flags(c))
            trace("C", "read", c.read(), c.read(), c.read())
            trace("C", "after", flow(c), flags(c))

        def sent():
            s.end()
            settle(settled)

        c.on("readable", lambda: trace("C", "readable", flow(c)))
        record(c, "C", "end close")
        in_turn(s, c, ["one", "two", "three"], sent)

    pair({}, {}, connected)


run(main)
