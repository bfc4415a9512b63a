"""resetAndDestroy() of a connected socket: no error here, ECONNRESET there."""

from harness import pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end error finish close")
        record(s, "S", "end error finish close")
        s.resume()
        trace("C", "returns itself", c.reset_and_destroy() is c, state(c), c.errored)

    pair({}, {}, connected)


run(main)
