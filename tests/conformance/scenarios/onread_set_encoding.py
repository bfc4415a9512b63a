"""onread: set_encoding() changes nothing, the callback gets bytes."""

from harness import pair, record, run, trace
from reading import in_turn


def main():
    def callback(nread, given):
        trace("C", "callback", nread, bytes(given[:nread]))

    def connected(c, s, server):
        c.set_encoding("hex")
        record(c, "C", "data end close")
        in_turn(s, c, ["ab", b"\xc3"], s.end)

    pair({}, {"onread": {"buffer": bytearray(20), "callback": callback}}, connected)


run(main)
