"""The socket that everybody waits for is destroyed: the source goes on for the other destination."""

from harness import record, run, settle, trace
from writing import Sink, between


def main():
    def connected(c, s, d, t):
        def first():
            trace("sink", "waits", s.readable_flowing)
            c.write("held back, ")
            d.destroy()
            settle(second)

        def second():
            trace("sink", "goes on", s.readable_flowing)
            c.end("the end")

        sink = Sink("sink")
        record(d, "D", "unpipe drain error")
        t.resume()
        c.resume()
        d.cork()
        s.pipe(d)
        record(d, "D", "close")
        s.pipe(sink)
        c.write("past the mark, ")
        settle(first)

    between({}, {"high_water_mark": 4}, connected)


run(main)
