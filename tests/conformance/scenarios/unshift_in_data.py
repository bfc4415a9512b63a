"""unshift() in a data listener that hands over to another: the new one gets the rest first."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def greeting(chunk):
            trace("C", "greeting", chunk[:5])
            c.off("data", greeting)
            c.on("data", lambda later: trace("C", "chunk", later))
            c.unshift(chunk[5:])
            trace("C", "put back", flow(c))

        c.on("data", greeting)
        record(c, "C", "end close")
        in_turn(s, c, ["hello and", " then", " more"], s.end)

    pair({}, {}, connected)


run(main)
