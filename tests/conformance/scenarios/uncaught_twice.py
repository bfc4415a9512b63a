"""Two exceptions in one turn, from two listeners: both are reported."""

import pynet
from harness import pair, run, trace


def main():
    def connected(c, s, server):
        def first(had_error):
            raise RuntimeError("first")

        def second():
            raise RuntimeError("second")

        c.on("close", first)
        pynet.next_tick(second)
        s.resume()
        c.destroy()
        pynet.set_timeout(lambda: trace("main", "later"), 20)

    pair({}, {}, connected)


run(main)
