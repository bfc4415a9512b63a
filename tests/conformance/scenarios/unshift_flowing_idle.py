"""unshift() on a flowing socket that waits for data."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def sent():
            trace("C", "before", flow(c))
            c.unshift("put back")
            trace("C", "after", flow(c))
            in_turn(s, c, ["two"], s.end)

        c.on("data", lambda chunk: trace("C", "chunk", chunk))
        record(c, "C", "end close")
        in_turn(s, c, ["one"], sent)

    pair({}, {}, connected)


run(main)
