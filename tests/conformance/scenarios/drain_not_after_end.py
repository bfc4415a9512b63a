"""end() of a socket that waits for 'drain': there is no 'drain' any more."""

from harness import answer, pair, record, run, trace
from writing import queue


def main():
    def connected(c, s, server):
        record(c, "C", "drain prefinish finish")
        record(s, "S", "data end")
        c.resume()
        c.cork()
        trace("C", "write", c.write("12345", answer("C", "write callback")), queue(c))
        c.end(answer("C", "end callback"))
        trace("C", "ended", queue(c))

    pair({}, {"high_water_mark": 4}, connected)


run(main)
