"""An object whose write() returns False: the source stops until the object's 'drain'."""

from harness import pair, record, run, settle, trace
from writing import Sink


def main():
    def connected(c, s, server):
        def first():
            trace("S", "settled", s.readable_flowing, s.is_paused())
            c.write("two")
            settle(second)

        def second():
            sink.drain()
            trace("S", "drained", s.readable_flowing, s.is_paused())
            sink.drain()
            settle(lambda: c.end("three"))

        sink = Sink("S/sink")
        record(s, "S", "pause resume end")
        sink.full = True
        c.resume()
        s.pipe(sink)
        c.write("one")
        settle(first)

    pair({}, {}, connected)


run(main)
