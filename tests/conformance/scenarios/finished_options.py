"""finished() of one half: readable False waits for the writing half only, writable False for the reading half."""

import pynet
from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled")
            trace("S", "settled")
            s.end("answer")

        record(c, "C", "end finish close")
        record(s, "S", "end finish close")
        pynet.finished(c, {"readable": False}, lambda err: trace("C", "written", err, state(c)))
        pynet.finished(c, {"writable": False}, lambda err: trace("C", "read", err, state(c)))
        pynet.finished(s, {"readable": False}, lambda err: trace("S", "written", err, state(s)))
        pynet.finished(s, {"writable": False}, lambda err: trace("S", "read", err, state(s)))
        c.resume()
        s.resume()
        c.end("request")
        s.on("end", lambda: settle(settled))

    pair({"allow_half_open": True}, {}, connected)


run(main)
