"""Frames with a length before them, cut anywhere by the network: read(2) and read(n) put them together."""

from harness import pair, record, run, trace
from reading import in_turn


def main():
    def connected(c, s, server):
        length = None

        def readable():
            nonlocal length
            while (part := c.read(length or 2)) is not None:
                if length is None:
                    length = int(part)
                else:
                    trace("C", "frame", part)
                    length = None

        c.on("readable", readable)
        record(c, "C", "end close")
        in_turn(s, c, ["05hel", "lo0", "3", "you12", "and ", "the rest02ok"], s.end)

    pair({}, {}, connected)


run(main)
