"""read(n) for more than a gibibyte is refused, and nothing is lost."""

from harness import attempt, pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            attempt("C", "too much", lambda: c.read(1024**3 + 1))
            trace("C", "after", flow(c), c.readable_high_water_mark)
            c.resume()
            s.end()

        record(c, "C", "data end error close")
        c.pause()
        in_turn(s, c, ["still here"], buffered)

    pair({}, {}, connected)


run(main)
