"""'pause' is emitted at once, 'resume' on the next tick, and neither when nothing changes."""

import pynet
from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "pause resume")
        c.resume()
        trace("C", "resume called")
        c.resume()

        def later():
            trace("C", "pausing")
            c.pause()
            c.pause()
            trace("C", "paused")
            c.resume()
            c.on("close", lambda had_error: trace("C", "close"))
            s.end()

        pynet.next_tick(later)

    pair({}, {}, connected)


run(main)
