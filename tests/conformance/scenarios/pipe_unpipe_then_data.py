"""unpipe() and then a 'data' listener of one's own: nothing is lost in between."""

from harness import record, run, settle, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def first():
            s.unpipe(d)
            c.write("in between, ")
            settle(second)

        def second():
            record(s, "S", "data end close")
            trace("S", "listening", s.readable_flowing, s.is_paused())
            settle(third)

        def third():
            trace("S", "resumed", s.readable_flowing, s.is_paused())
            s.resume()
            c.end("at last")
            d.end()

        record(t, "T", "data end")
        c.resume()
        d.resume()
        s.pipe(d)
        c.write("piped")
        settle(first)

    between({}, {}, connected)


run(main)
