"""destroy_soon() of a socket that never connected, of one that has finished, of one that is destroyed."""

import pynet
from harness import pair, record, run, settle, trace
from writing import ends


def main():
    fresh = pynet.Socket()
    record(fresh, "fresh", "prefinish finish error")
    fresh.on("close", lambda had_error: trace("fresh", "close"))
    trace("fresh", "returns", fresh.destroy_soon(), ends(fresh))

    def connected(c, s, server):
        record(c, "C", "prefinish finish error close")
        s.resume()
        c.resume()
        c.end()

        def settled():
            trace("C", "finished", ends(c))
            c.destroy_soon()
            trace("C", "after destroySoon", ends(c))
            c.destroy_soon()
            s.destroy()

        c.on("finish", lambda: settle(settled))

    pair({"allow_half_open": True}, {}, connected)


run(main)
