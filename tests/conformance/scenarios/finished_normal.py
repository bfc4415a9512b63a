"""finished(): called once with no error, as soon as both halves are done."""

import pynet
from harness import answer, pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled", state(c))
            s.end("answer")

        pynet.finished(c, answer("C", "finished"))
        record(c, "C", "end finish close")
        pynet.finished(s, lambda err: trace("S", "finished", err, state(s)))
        c.resume()
        s.resume()
        c.end("request")
        s.on("end", lambda: settle(settled))

    pair({"allow_half_open": True}, {}, connected)


run(main)
