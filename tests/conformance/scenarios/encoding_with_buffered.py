"""set_encoding() with bytes buffered: they are text too, as one, and half a character waits for the rest."""

from harness import pair, record, run, trace
from reading import chars, flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            trace("C", "bytes", flow(c))
            c.set_encoding("utf8")
            trace("C", "text", flow(c))
            c.on("data", lambda text: trace("C", "text", chars(text)))
            in_turn(s, c, [b"\xac"], s.end)

        record(c, "C", "end close")
        in_turn(s, c, [b"a\xc3", b"\xa9b", b"\xe2\x82"], buffered)

    pair({}, {}, connected)


run(main)
