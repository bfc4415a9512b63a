"""destroy(error) of a connected socket: 'error', 'close' with true; the peer sees a normal end."""

import pynet
from harness import pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end finish close")
        record(s, "S", "error end finish close")
        s.resume()
        c.on("error", lambda err: trace("C", "error", err, state(c)))
        c.destroy(RuntimeError("enough"))
        pynet.next_tick(lambda: trace("C", "tick"))

    pair({}, {}, connected)


run(main)
