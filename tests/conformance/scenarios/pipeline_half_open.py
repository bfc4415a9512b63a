"""pipeline() ends the destination and leaves its reading half to its owner."""

import pynet
from harness import record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def done(err):
            trace("D", "pipeline", err, state(d))
            settle(lambda: trace("S", "settled", state(s)))

        record(d, "D", "finish data end close")
        record(s, "S", "end finish close")
        c.resume()
        t.resume()
        t.on("end", lambda: settle(lambda: t.end("answer")))
        pynet.pipeline(s, d, done)
        d.on("close", lambda had_error: s.end())
        c.end("request")

    between({"allow_half_open": True}, {"allow_half_open": True}, connected)


run(main)
