"""pipeline() of a socket to itself: an echo with a callback."""

import pynet
from harness import pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        record(c, "C", "data end close")
        record(s, "S", "end finish close")
        pynet.pipeline(s, s, lambda err: trace("S", "pipeline", err))
        c.write("one ")
        settle(lambda: c.end("two"))

    pair({}, {}, connected)


run(main)
