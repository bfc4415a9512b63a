"""pipe() to a socket that waits for 'drain': the source starts to flow after it."""

from harness import record, run, settle, trace
from writing import between, queue


def main():
    def connected(c, s, d, t):
        def settled():
            trace("D", "settled", queue(d), s.readable_flowing)
            d.uncork()

        record(d, "D", "drain finish")
        record(t, "T", "data end")
        c.resume()
        d.resume()
        d.cork()
        d.write("full, ")
        s.pipe(d)
        trace("D", "piped", queue(d), s.readable_flowing)
        c.end("then piped")
        settle(settled)

    between({}, {"high_water_mark": 4}, connected)


run(main)
