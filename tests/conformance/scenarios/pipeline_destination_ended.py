"""pipeline() whose destination ends by itself, then the source dies in the same step."""

import pynet
from harness import answer, pair, record, run, settle, trace


def main():
    def first(a, s, server):
        def second(b, t, server):
            def done():
                trace("B", "destroyed", b.destroyed)
                for sock in (a, b, s, t):
                    sock.destroy()

            record(a, "A", "end error close")
            record(b, "B", "prefinish finish end error close")
            s.on("error", lambda err: None)
            s.resume()
            t.on("error", lambda err: None)
            t.resume()
            pynet.pipeline(a, b, answer("main", "pipeline"))
            b.end()
            a.destroy()
            settle(done)

        pair({"allowHalfOpen": True}, {"allowHalfOpen": True}, second)

    pair({"allowHalfOpen": True}, {"allowHalfOpen": True}, first)


run(main)
