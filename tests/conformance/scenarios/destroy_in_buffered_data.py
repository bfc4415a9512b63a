"""destroy() in a data listener while more is buffered: that still comes, and then 'close' without 'end'."""

from harness import pair, record, run, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def data(chunk):
            trace("C", "chunk", chunk)
            c.destroy()
            trace("C", "destroyed", flow(c), flags(c))

        def buffered():
            c.on("data", data)
            record(c, "C", "resume end close")

        s.resume()
        in_turn(s, c, ["one", "two", "three"], buffered)

    pair({}, {}, connected)


run(main)
