"""finished() of a socket that was ended but destroyed before the peer's end, and of one that heard the end only."""

import pynet
from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        def settled():
            c.destroy()
            s.destroy()

        record(c, "C", "end finish error")
        record(s, "S", "end finish error")
        pynet.finished(c, answer("C", "finished"))
        pynet.finished(s, answer("S", "finished"))
        s.resume()
        c.resume()
        c.end()
        s.on("end", lambda: settle(settled))

    pair({"allow_half_open": True}, {}, connected)


run(main)
