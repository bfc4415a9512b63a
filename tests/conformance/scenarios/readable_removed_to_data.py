"""The readable listener is removed while a data listener is there: the rest flows to it, beginning a tick later."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def on_readable():
            trace("C", "readable", c.read(5))
            c.off("readable", on_readable)
            trace("C", "removed", flow(c))

        def sent():
            trace("C", "later", flow(c))
            s.end()

        c.on("readable", on_readable)
        c.on("data", lambda chunk: trace("C", "chunk", chunk))
        record(c, "C", "resume end close")
        in_turn(s, c, ["first rest", " and more"], sent)

    pair({}, {}, connected)


run(main)
