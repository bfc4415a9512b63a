"""The readable listener is removed and no other is there: what comes is kept, for a data listener that comes later."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def on_readable():
            trace("C", "readable", c.read(5))

        def more():
            trace("C", "more came", flow(c))
            c.on("data", lambda chunk: trace("C", "data", chunk))
            s.end()

        def sent():
            c.off("readable", on_readable)
            trace("C", "removed", flow(c))
            in_turn(s, c, [" there"], more)

        c.on("readable", on_readable)
        record(c, "C", "end close")
        in_turn(s, c, ["hello, you"], sent)

    pair({}, {}, connected)


run(main)
