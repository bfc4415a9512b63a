"""set_encoding("utf8") on what is no UTF-8: U+FFFD as often as the standard says, and a BOM stays."""

from harness import pair, record, run, trace
from reading import chars, in_turn


def main():
    def connected(c, s, server):
        c.set_encoding("utf8")
        c.on("data", lambda text: trace("C", "text", chars(text)))
        record(c, "C", "end close")
        chunks = [
            b"\xef\xbb\xbfa",
            b"a\x80b\xffc",
            b"\xc0\xafd",
            b"\xe2\x28\xa1e",
            b"\xed\xa0\x80f",
            b"\xf0\x9f\x98g",
            b"\xf4\x90\x80\x80h",
            b"\xc3\xc3\xa9i",
        ]
        in_turn(s, c, chunks, s.end)

    pair({}, {}, connected)


run(main)
