"""The option encoding: the socket gives text from the first byte on."""

from harness import pair, record, run, trace
from reading import chars, in_turn


def main():
    def connected(c, s, server):
        trace("C", "encoding", c.readable_encoding)
        c.on("data", lambda text: trace("C", "text", chars(text)))
        record(c, "C", "end close")
        in_turn(s, c, [b"\xc3", b"\xa9"], s.end)

    pair({}, {"encoding": "utf8"}, connected)


run(main)
