"""allowHalfOpen set while connected counts at the peer's end."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end finish close")
        record(s, "S", "end finish close")
        c.allow_half_open = True
        c.resume()
        s.resume()
        s.end()

        def settled():
            trace("C", "settled", state(c), c.allow_half_open)
            c.end()

        c.on("end", lambda: settle(settled))

    pair({}, {}, connected)


run(main)
