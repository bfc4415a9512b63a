"""set_encoding("utf8"): the start of a character in one chunk, and something else in the next one."""

from harness import pair, record, run, trace
from reading import chars, in_turn


def main():
    def connected(c, s, server):
        c.set_encoding("utf8")
        c.on("data", lambda text: trace("C", "text", chars(text)))
        record(c, "C", "end close")
        chunks = [b"a\xe2", b"b", b"\xf0\x9f", b"c\xc3", b"\xc3", b"\xa9\xe2\x82", b"\xc3\xa9", b"d"]
        in_turn(s, c, chunks, s.end)

    pair({}, {}, connected)


run(main)
