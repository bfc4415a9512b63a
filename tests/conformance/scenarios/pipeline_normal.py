"""pipeline() of two sockets: the data and the end come through, the callback comes when the last has finished."""

import pynet
from harness import record, run, settle, trace
from writing import between, ends


def main():
    def connected(c, s, d, t):
        record(d, "D", "pipe unpipe finish")
        record(t, "T", "data end")
        c.resume()
        d.resume()
        last = pynet.pipeline(s, d, lambda err: trace("D", "pipeline", err, ends(d)))
        trace("main", "returns the last", last is d)
        c.write("one ")
        settle(lambda: c.end("two"))

    between({}, {}, connected)


run(main)
