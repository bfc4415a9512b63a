"""pipeline() whose destination has finished, then the source has data."""

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
                def later():
                    pynet.pipeline(a, b, answer("main", "pipeline"))
                    s.write("x")
                    settle(done)

                settle(later)

            b.end()
            b.once("finish", finished)

        pair({"allowHalfOpen": True}, {"allowHalfOpen": True}, second)

    pair({"allowHalfOpen": True}, {"allowHalfOpen": True}, first)


run(main)
