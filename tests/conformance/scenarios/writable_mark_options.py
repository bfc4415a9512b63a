"""Where the mark comes from: the default, one option for both halves, one for the writing half, the server's."""

import pynet
from harness import pair, run, trace


def main():
    def marks(sock):
        return sock.readable_high_water_mark, sock.writable_high_water_mark

    trace("main", "default", pynet.get_default_high_water_mark(), *marks(pynet.Socket()))
    trace("main", "both", *marks(pynet.Socket(high_water_mark=5)))
    trace("main", "writable", *marks(pynet.Socket(writable_high_water_mark=6)))
    trace("main", "readable", *marks(pynet.Socket(readable_high_water_mark=7)))
    trace("main", "all", *marks(pynet.Socket(high_water_mark=5, writable_high_water_mark=6)))
    trace("main", "zero", *marks(pynet.Socket(high_water_mark=0)))
    pynet.set_default_high_water_mark(1000)
    trace("main", "new default", pynet.get_default_high_water_mark(), *marks(pynet.Socket()))

    def connected(c, s, server):
        trace("main", "C", *marks(c))
        trace("main", "S", *marks(s))
        c.destroy()
        s.destroy()

    pair({"high_water_mark": 8}, {"high_water_mark": 9}, connected)


run(main)
