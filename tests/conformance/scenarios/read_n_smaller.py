"""read(n) with more than n buffered: exactly n, again and again; what is left over comes at the end."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def readable():
            trace("C", "readable", flow(c))
            while (part := c.read(4)) is not None:
                trace("C", "part", part)

        c.on("readable", readable)
        record(c, "C", "end close")
        in_turn(s, c, ["0123456789", "ab", "cdefg"], s.end)

    pair({}, {}, connected)


run(main)
