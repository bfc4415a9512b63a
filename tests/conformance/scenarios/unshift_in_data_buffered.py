"""unshift() in a data listener while more is buffered: what is put back comes before it."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def data(chunk):
            trace("C", "chunk", chunk)
            if len(chunk) == 3:
                c.unshift(chunk[2:])
                trace("C", "put back", flow(c))

        def buffered():
            c.on("data", data)
            record(c, "C", "end close")
            s.end()

        in_turn(s, c, ["1-a", "2-b", "3-c"], buffered)

    pair({}, {}, connected)


run(main)
