"""An exception in a readable listener: uncaught; the data stays, and the next 'readable' finds it."""

from harness import pair, record, run, trace
from reading import in_turn


def main():
    def connected(c, s, server):
        first = True

        def readable():
            nonlocal first
            if first:
                first = False
                trace("main/C", "raising", c.readable_length)
                raise RuntimeError("in readable")
            while (chunk := c.read()) is not None:
                trace("main/C", "read", chunk)

        c.on("readable", readable)
        record(c, "main/C", "end error close")
        in_turn(s, c, ["one", "two"], s.end)

    pair({}, {}, connected)


run(main)
