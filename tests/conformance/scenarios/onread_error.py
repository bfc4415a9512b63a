"""onread: a reset by the peer is an error, as ever; the callback is not called for it."""

from harness import pair, record, run, trace
from reading import in_turn


def main():
    def callback(nread, given):
        trace("C", "callback", nread, bytes(given[:nread]))

    def connected(c, s, server):
        record(c, "C", "data end error close")
        in_turn(s, c, ["hello"], lambda: c.write("never read", lambda err: s.destroy()))

    pair({"pause_on_connect": True}, {"onread": {"buffer": bytearray(30), "callback": callback}}, connected)


run(main)
