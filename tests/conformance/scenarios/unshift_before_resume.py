"""A 'data' listener, then unshift() before the flow begins."""

import pynet
from harness import pair, run, settle, trace


def main():
    def connected(c, s, server):
        def done():
            c.destroy()
            s.destroy()

        c.on("data", lambda chunk: trace("C", "data", chunk))
        trace("C", "unshift", c.unshift("back"), c.readable_length, c.readable_flowing)
        c.on("resume", lambda: trace("C", "resume", c.readable_length))
        pynet.next_tick(lambda: trace("C", "tick", c.readable_length))
        settle(done)

    pair({}, {}, connected)


run(main)
