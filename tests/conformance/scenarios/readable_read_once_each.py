"""One read() at each 'readable', never a second one: it is enough, also for the end."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        c.on("readable", lambda: trace("C", "readable", c.read(), flow(c)))
        record(c, "C", "end close")
        in_turn(s, c, ["one", "two", "three"], s.end)

    pair({}, {}, connected)


run(main)
