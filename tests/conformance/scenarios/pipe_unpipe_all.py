"""unpipe() without a destination takes all of them out; what comes then waits for whoever reads next."""

from harness import record, run, settle, trace
from writing import Sink, between


def main():
    def connected(c, s, d, t):
        def first():
            s.unpipe()
            trace("main", "unpiped", s.readable_flowing)
            c.end("for the last")
            settle(second)

        def second():
            trace("main", "settled", s.readable_flowing)
            record(s, "S", "data end close")
            s.resume()
            d.end()
            d.resume()

        sink = Sink("sink")
        record(sink, "main/sink", "pipe unpipe")
        record(d, "main/D", "pipe unpipe")
        record(t, "T", "data end")
        c.resume()
        s.pipe(d)
        s.pipe(sink)
        c.write("for all ")
        settle(first)

    between({}, {}, connected)


run(main)
