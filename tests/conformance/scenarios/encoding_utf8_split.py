"""set_encoding("utf8"): characters that are cut anywhere come whole, in the first data event that can have them."""

from harness import pair, record, run, trace
from reading import chars, in_turn


def main():
    def connected(c, s, server):
        c.set_encoding("utf8")
        c.on("data", lambda text: trace("C", "text", chars(text)))
        record(c, "C", "end close")
        chunks = [b"a\xc3", b"\xa9\xe2\x82", b"\xac\xf0", b"\x9f", b"\x98", b"\x80", "z"]
        in_turn(s, c, chunks, s.end)

    pair({}, {}, connected)


run(main)
