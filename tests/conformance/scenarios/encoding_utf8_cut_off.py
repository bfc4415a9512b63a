"""set_encoding("utf8"): what is left of a character at the end is one U+FFFD, before 'end'."""

from harness import pair, record, run, trace
from reading import chars, in_turn


def main():
    def connected(c, s, server):
        c.set_encoding("utf8")
        c.on("data", lambda text: trace("C", "text", chars(text)))
        record(c, "C", "end close")
        in_turn(s, c, [b"a\xf0\x9f", b"\x98"], s.end)

    pair({}, {}, connected)


run(main)
