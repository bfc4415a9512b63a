"""Two connected sockets, both unref'd: the loop ends although they are open."""

import pynet
from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end close")
        record(s, "S", "end close")
        trace("C", "returns itself", c.unref() is c)
        s.unref()
        pynet.set_immediate(lambda: trace("main", "immediate"))

    pair({}, {}, connected)


run(main)
