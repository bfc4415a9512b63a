"""finished() of one half of a socket that is destroyed when only the other is done."""

import pynet
from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        def settled():
            c.destroy()
            s.destroy()

        record(c, "C", "end finish")
        pynet.finished(c, {"readable": False}, answer("C", "written"))
        pynet.finished(c, {"writable": False}, answer("C", "read"))
        c.resume()
        s.resume()
        c.end()
        s.on("end", lambda: settle(settled))

    pair({"allow_half_open": True}, {}, connected)


run(main)
