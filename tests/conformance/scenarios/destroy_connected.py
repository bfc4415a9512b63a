"""destroy() of a connected socket: 'close' without 'end' here, a normal end for the peer."""

from harness import pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "error end finish close")
        record(s, "S", "data error end finish close")
        c.resume()
        c.destroy()
        trace("C", "after destroy", state(c))

    pair({}, {}, connected)


run(main)
