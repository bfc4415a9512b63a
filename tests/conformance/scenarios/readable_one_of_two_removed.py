"""Two readable listeners: when one goes, the other still decides."""

from harness import pair, record, run, settle, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def first():
            trace("C", "first", flow(c))

        def settled():
            trace("C", "settled", flow(c))
            in_turn(s, c, ["two"], s.end)

        def sent():
            c.off("readable", first)
            settle(settled)

        c.on("readable", first)
        c.on("readable", lambda: trace("C", "second", c.read()))
        c.on("data", lambda chunk: trace("C", "chunk", chunk))
        record(c, "C", "end close")
        in_turn(s, c, ["one"], sent)

    pair({}, {}, connected)


run(main)
