"""A data listener that is taken off in the same step has started the flow: what was buffered is lost."""

from harness import pair, record, run, settle, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def listener(chunk):
            trace("C", "heard", chunk)

        def settled():
            trace("C", "settled", flow(c), flags(c))
            c.on("data", listener)
            record(c, "C", "end close")
            s.end("heard again")

        def buffered():
            c.on("data", listener)
            c.off("data", listener)
            trace("C", "off", flow(c))
            settle(settled)

        in_turn(s, c, ["nobody hears this"], buffered)

    pair({}, {}, connected)


run(main)
