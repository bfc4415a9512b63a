"""set_encoding("latin1") keeps every byte, "ascii" drops the highest bit; each chunk is a text at once."""

from harness import pair, record, run, trace
from reading import chars, in_turn


def main():
    def connected(c, s, server):
        c.set_encoding("latin1")
        s.set_encoding("ascii")
        c.on("data", lambda text: trace("C", "text", chars(text)))
        s.on("data", lambda text: trace("S", "text", chars(text)))
        record(c, "C", "end close")
        record(s, "S", "end close")
        chunks = [b"a\x80\xe9", b"\xff\x00"]
        in_turn(s, c, chunks, lambda: in_turn(c, s, chunks, c.end))

    pair({}, {}, connected)


run(main)
