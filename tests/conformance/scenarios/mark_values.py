"""Where the high water mark comes from: the options of a client, those of the server, and the default."""

import pynet
from harness import pair, run, trace


def main():
    def connected(c, s, server):
        def marks(sock):
            return [sock.readable_high_water_mark, sock.writable_high_water_mark]

        trace("main", "accepted", marks(s))
        trace("main", "client", marks(c))
        trace("main", "default", marks(pynet.Socket()))
        trace("main", "zero", marks(pynet.Socket(high_water_mark=0)))
        trace("main", "reading", marks(pynet.Socket(readable_high_water_mark=5)))
        trace("main", "writing", marks(pynet.Socket(writable_high_water_mark=6)))
        c.destroy()
        s.destroy()

    pair({"high_water_mark": 1000}, {"high_water_mark": 2000, "readable_high_water_mark": 3000}, connected)


run(main)
