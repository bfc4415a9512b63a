"""onread: only False stops the reading; None, 0 and an empty text do not."""

from harness import pair, record, run, trace
from reading import in_turn


def main():
    answers = [None, None, 0, "", True]

    def callback(nread, given):
        trace("C", "callback", bytes(given[:nread]))
        return answers.pop(0)

    def connected(c, s, server):
        record(c, "C", "data end close")
        in_turn(s, c, ["aabbccddee"], s.end)

    pair({}, {"onread": {"buffer": bytearray(2), "callback": callback}}, connected)


run(main)
