"""The peer ends without a word and the readable listener does not read: nothing is buffered, so 'end' comes."""

from harness import pair, record, run, settle, trace
from reading import flags, flow


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled", flow(c), flags(c))
            trace("C", "read", c.read())

        c.on("readable", lambda: trace("C", "readable", flow(c), flags(c)))
        record(c, "C", "end close")
        s.end()
        settle(settled)

    pair({}, {}, connected)


run(main)
