"""onread: an exception in the callback is uncaught, and the socket reads on."""

from harness import pair, record, run, trace
from reading import in_turn


def main():
    first = True

    def callback(nread, given):
        nonlocal first
        trace("main/C", "callback", bytes(given[:nread]))
        if first:
            first = False
            raise RuntimeError("in onread")

    def connected(c, s, server):
        record(c, "main/C", "data end error close")
        in_turn(s, c, ["one", "two"], s.end)

    pair({}, {"onread": {"buffer": bytearray(30), "callback": callback}}, connected)


run(main)
