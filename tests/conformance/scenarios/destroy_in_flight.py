"""destroy() with a write under way and more queued: every callback gets ECANCELED, then 'close'."""

from harness import answer, pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "drain error finish close")
        record(s, "S", "close")
        s.on("error", lambda err: None)
        s.pause()
        trace("C", "big", c.write(bytes(20000000), answer("C", "big write")))
        trace("C", "small", c.write("more", answer("C", "small write")))
        c.end(answer("C", "end"))

        def settled():
            c.destroy()
            trace("C", "after destroy", state(c))
            s.resume()

        settle(settled)

    pair({}, {}, connected)


run(main)
