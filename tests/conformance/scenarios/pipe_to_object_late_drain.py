"""The source has ended while an object is full: end() is called once the rest went through."""

from harness import pair, record, run, settle, trace
from writing import Sink


def main():
    def connected(c, s, server):
        def first():
            c.end("two")
            settle(second)

        def second():
            trace("S", "before drain", s.readable_flowing, s.readable_ended)
            sink.drain()

        sink = Sink("S/sink")
        record(s, "S", "end close")
        sink.full = True
        c.resume()
        s.pipe(sink)
        c.write("one")
        settle(first)

    pair({}, {}, connected)


run(main)
