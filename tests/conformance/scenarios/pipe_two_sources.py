"""Two sources into one destination, the first with end False: both arrive, the second ends it."""

from harness import pair, record, run, settle
from writing import between


def main():
    def connected(c, s, d, t):
        def third(e, f, server):
            record(f, "F", "end close")
            record(d, "D", "pipe unpipe finish")
            record(t, "T", "data end")
            c.resume()
            d.resume()
            e.resume()
            s.pipe(d, end=False)
            f.pipe(d)
            c.end("one, ")
            settle(lambda: e.end("two"))

        pair({}, {}, third)

    between({}, {}, connected)


run(main)
