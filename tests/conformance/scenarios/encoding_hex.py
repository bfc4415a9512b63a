"""set_encoding("hex"): two characters a byte, and readable_length and read(n) count characters."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            trace("C", "buffered", flow(c), c.readable_encoding)
            trace("C", "read", c.read(1), c.read(4), c.read(2), c.read())
            trace("C", "after", flow(c), c.bytes_read)
            c.on("data", lambda text: trace("C", "text", text))
            s.end(b"\x0a")

        c.set_encoding("hex")
        record(c, "C", "end close")
        in_turn(s, c, [b"\x00\xff", b"\x7f"], buffered)

    pair({}, {}, connected)


run(main)
