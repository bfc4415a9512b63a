"""read(n) with less than n buffered gives nothing and takes nothing; 'readable' comes when there is more."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def readable():
            trace("C", "before", flow(c))
            trace("C", "read(8)", c.read(8))
            trace("C", "after", flow(c))

        c.on("readable", readable)
        record(c, "C", "end close")
        in_turn(s, c, ["abc", "def", "ghijk"], s.end)

    pair({}, {}, connected)


run(main)
