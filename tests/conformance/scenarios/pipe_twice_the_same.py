"""pipe() twice to one destination: it gets everything twice, until one of the two is taken out."""

from harness import pair, record, run, settle
from writing import Sink


def main():
    def connected(c, s, server):
        def first():
            s.unpipe(sink)
            c.end("once")

        sink = Sink("sink")
        record(sink, "sink", "pipe unpipe")
        c.resume()
        s.pipe(sink)
        s.pipe(sink)
        c.write("twice ")
        settle(first)

    pair({}, {}, connected)


run(main)
