"""set_encoding("utf16le"): a byte, and a half of a pair, wait for the other one; an odd byte at the end is dropped."""

from harness import pair, record, run, trace
from reading import chars, in_turn


def main():
    def connected(c, s, server):
        c.set_encoding("utf16le")
        c.on("data", lambda text: trace("C", "text", chars(text)))
        record(c, "C", "end close")
        chunks = [b"a\x00\xe9", b"\x00\x3d\xd8", b"\x00\xdeb\x00", b"\x3d\xd8", b"\x01", b"\xdec"]
        in_turn(s, c, chunks, s.end)

    pair({}, {}, connected)


run(main)
