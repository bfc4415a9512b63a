"""unpipe() of what is not piped: no event, nothing changes."""

from harness import record, run, trace
from writing import Sink, between


def main():
    def connected(c, s, d, t):
        sink = Sink("sink")
        record(sink, "sink", "pipe unpipe")
        record(d, "D", "pipe unpipe")
        record(t, "T", "data end")
        c.resume()
        d.resume()
        trace("S", "nothing piped", s.unpipe() is s, s.unpipe(d) is s, s.readable_flowing)
        s.pipe(d)
        trace("S", "another", s.unpipe(sink) is s, s.readable_flowing)
        c.end("still piped")

    between({}, {}, connected)


run(main)
