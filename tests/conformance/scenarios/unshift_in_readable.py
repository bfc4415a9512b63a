"""unshift() in a readable listener: the same read loop gets it again, and 'readable' comes once more."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        again = True

        def readable():
            nonlocal again
            trace("C", "readable", flow(c))
            chunk = c.read()
            trace("C", "read", chunk)
            if again:
                again = False
                c.unshift(chunk[2:])
                trace("C", "put back", flow(c))

        c.on("readable", readable)
        record(c, "C", "end close")
        in_turn(s, c, ["abcdef", "gh"], s.end)

    pair({}, {}, connected)


run(main)
