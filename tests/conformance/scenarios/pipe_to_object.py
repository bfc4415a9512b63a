"""pipe() to an object of one's own with write() and end(): the chunks, the end, and its events."""

from harness import pair, record, run, settle, trace
from writing import Sink


def main():
    def connected(c, s, server):
        sink = Sink("S/sink")
        record(sink, "S/sink", "pipe unpipe")
        record(s, "S", "end close")
        trace("S", "returns the destination", s.pipe(sink) is sink)
        c.resume()
        c.write("one")
        settle(lambda: c.end("two"))

    pair({}, {}, connected)


run(main)
