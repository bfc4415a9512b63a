"""unpipe(one) of two destinations: the other one goes on."""

from harness import record, run, settle, trace
from writing import Sink, between


def main():
    def connected(c, s, d, t):
        def first():
            s.unpipe(sink)
            s.unpipe(sink)
            trace("S", "unpiped", s.readable_flowing)
            c.end("for one")

        sink = Sink("sink")
        record(sink, "sink", "pipe unpipe")
        record(t, "T", "data end")
        c.resume()
        d.resume()
        s.pipe(sink)
        s.pipe(d)
        c.write("for both, ")
        settle(first)

    between({}, {}, connected)


run(main)
