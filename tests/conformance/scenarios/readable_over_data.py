"""With both listeners 'readable' decides: 'data' is emitted inside read(), for what read() gives."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def readable():
            trace("C", "readable", flow(c))
            got = c.read(3)
            trace("C", "read", got)

        c.on("data", lambda chunk: trace("C", "chunk", chunk))
        c.on("readable", readable)
        record(c, "C", "pause resume end close")
        trace("C", "listening", flow(c))
        in_turn(s, c, ["abcde", "fg"], s.end)

    pair({}, {}, connected)


run(main)
