"""set_encoding("base64url"): as base64, with the other two characters and without padding."""

from harness import pair, record, run, trace
from reading import in_turn


def main():
    def connected(c, s, server):
        c.set_encoding("base64url")
        c.on("data", lambda text: trace("C", "text", text))
        record(c, "C", "end close")
        in_turn(s, c, [b"\xfb", b"\xff\xfe\xff", "ab"], s.end)

    pair({}, {}, connected)


run(main)
