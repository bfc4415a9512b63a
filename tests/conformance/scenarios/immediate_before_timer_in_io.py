"""Set in an I/O callback: the tick, then the immediate, then the timer of 0 ms."""

import pynet
from harness import pair, run, trace


def main():
    def connected(c, s, server):
        def data(chunk):
            pynet.set_timeout(lambda: trace("main", "timeout 0"), 0)
            pynet.set_immediate(lambda: trace("main", "immediate"))
            pynet.next_tick(lambda: trace("main", "tick"))
            c.end()

        c.once("data", data)
        s.resume()
        s.write("x")

    pair({}, {}, connected)


run(main)
