"""resetAndDestroy() of a unix socket raises at once; the connection lives."""

from harness import attempt, pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "error close")
        record(s, "S", "data end close")
        attempt("C", "reset", c.reset_and_destroy)
        attempt("S", "reset", s.reset_and_destroy)
        trace("C", "after", state(c))
        c.resume()
        c.end("alive")

    pair({}, {}, connected)


run(main)
