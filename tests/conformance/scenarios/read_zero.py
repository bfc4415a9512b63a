"""read(0) gives nothing and takes nothing, with data or without; at the end it does not hurt."""

from harness import pair, record, run, settle, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "ended", c.read(0), flow(c), flags(c))
            trace("C", "read(3)", c.read(3), flow(c))
            trace("C", "drained", c.read(0), flags(c))

        def buffered():
            trace("C", "buffered", c.read(0), flow(c), flags(c))
            s.end()
            settle(settled)

        c.on("data", lambda chunk: trace("C", "chunk", chunk))
        c.pause()
        record(c, "C", "end close")
        trace("C", "empty", c.read(0), flow(c))
        in_turn(s, c, ["abc"], buffered)

    pair({}, {}, connected)


run(main)
