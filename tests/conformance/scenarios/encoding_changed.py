"""set_encoding() a second time: what is text already stays, what comes is in the new encoding."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            c.set_encoding("utf8")
            trace("C", "changed", flow(c), c.readable_encoding)
            c.on("data", lambda text: trace("C", "text", text))
            in_turn(s, c, ["de"], s.end)

        c.set_encoding("hex")
        record(c, "C", "end close")
        in_turn(s, c, ["ab", "c"], buffered)

    pair({}, {}, connected)


run(main)
