"""pipeline() whose destination finishes by itself, and the source dies in its 'finish'."""

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

            def finished():
                a.destroy()
                settle(done)

            pynet.pipeline(a, b, answer("main", "pipeline"))
            b.end()
            b.on("finish", finished)

        pair({"allowHalfOpen": True}, {"allowHalfOpen": True}, second)

    pair({"allowHalfOpen": True}, {"allowHalfOpen": True}, first)


run(main)
