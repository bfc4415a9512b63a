"""set_encoding("base64"): whole triples only, and the rest with its padding at the end."""

from harness import pair, record, run, trace
from reading import in_turn


def main():
    def connected(c, s, server):
        c.set_encoding("base64")
        c.on("data", lambda text: trace("C", "text", text))
        record(c, "C", "end close")
        in_turn(s, c, ["a", "bc", "defg", "h", b"\xfb\xff", "yz"], s.end)

    pair({}, {}, connected)


run(main)
