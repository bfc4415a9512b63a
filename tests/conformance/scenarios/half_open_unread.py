"""A half-open server that has not read yet when the client ends: it can still answer, and then read."""

from harness import pair, record, run, settle, state, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def ended():
            trace("S", "ended", flags(s), state(s))
            s.end("answer")

        def settled():
            trace("S", "settled", flow(s), flags(s), state(s))
            s.write("wait, ")
            trace("S", "read", s.read())
            settle(ended)

        def buffered():
            c.end()
            settle(settled)

        record(c, "C", "data end finish close")
        record(s, "S", "end finish close")
        in_turn(c, s, ["question"], buffered)

    pair({"allow_half_open": True}, {}, connected)


run(main)
