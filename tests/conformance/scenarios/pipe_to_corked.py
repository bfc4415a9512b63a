"""pipe() to a corked socket: what is piped waits, and holds the source back, until uncork()."""

from harness import record, run, settle, trace
from writing import between, queue


def main():
    def connected(c, s, d, t):
        def first():
            trace("D", "settled", queue(d), s.readable_flowing)
            c.end("second")
            settle(second)

        def second():
            trace("D", "still", queue(d), s.readable_flowing)
            d.uncork()

        record(d, "D", "drain finish")
        record(t, "T", "data end")
        c.resume()
        d.resume()
        d.cork()
        s.pipe(d)
        c.write("first ")
        settle(first)

    between({}, {"high_water_mark": 4}, connected)


run(main)
