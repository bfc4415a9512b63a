"""pipe() with end false: the destination stays open after the source's end."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        def both(d, t, server):
            record(d, "D", "finish close")
            record(t, "T", "data end close")
            d.resume()
            s.pipe(d, end=False)
            c.resume()
            c.end("piped, ")

            def settled():
                trace("D", "settled", state(d))
                d.end("by hand")

            s.on("end", lambda: settle(settled))

        pair({}, {}, both)

    pair({}, {"allow_half_open": True}, connected)


run(main)
