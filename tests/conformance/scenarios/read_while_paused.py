"""read() of a paused socket: 'data' is emitted inside it, the socket stays paused, and the end comes too."""

from harness import pair, record, run, settle, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled", flow(c))
            trace("C", "read", c.read())
            trace("C", "read", c.read())
            trace("C", "after", flow(c), flags(c))

        def sent():
            s.end()
            settle(settled)

        c.on("data", lambda chunk: trace("C", "chunk", chunk, flow(c)))
        c.pause()
        record(c, "C", "pause resume end close")
        in_turn(s, c, ["one", "two"], sent)

    pair({}, {}, connected)


run(main)
