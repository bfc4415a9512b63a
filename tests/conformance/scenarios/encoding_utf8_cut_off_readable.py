"""set_encoding("utf8") and a readable listener: the rest of a character that is cut off is read like any text."""

from harness import pair, record, run, trace
from reading import chars, flow, in_turn


def main():
    def connected(c, s, server):
        def readable():
            trace("C", "readable", flow(c))
            while (text := c.read()) is not None:
                trace("C", "text", chars(text))

        c.set_encoding("utf8")
        c.on("readable", readable)
        record(c, "C", "end close")
        in_turn(s, c, [b"a\xe2", b"\x82"], s.end)

    pair({}, {}, connected)


run(main)
