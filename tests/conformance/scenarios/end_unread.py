"""The peer has ended and its data is unread: still readable, no 'end'; the socket's own end waits for it."""

from harness import pair, record, run, settle, state, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled", flow(c), flags(c), state(c))
            c.on("data", lambda chunk: trace("C", "data", chunk))

        def buffered():
            s.end()
            settle(settled)

        record(c, "C", "end finish close")
        in_turn(s, c, ["one", "two"], buffered)

    pair({}, {}, connected)


run(main)
