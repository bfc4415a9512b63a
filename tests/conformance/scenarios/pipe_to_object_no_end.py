"""pipe() to an object with end False: end() is not called."""

from harness import pair, record, run
from writing import Sink


def main():
    def connected(c, s, server):
        sink = Sink("S/sink")
        record(sink, "S/sink", "pipe unpipe")
        record(s, "S", "end close")
        s.pipe(sink, end=False)
        c.resume()
        c.end("all there is")

    pair({}, {}, connected)


run(main)
