"""The destination of a pipe is destroyed: it gets 'unpipe', the source stays."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        def both(d, t, server):
            record(d, "D", "pipe unpipe error")
            record(s, "S", "end error close")
            s.pipe(d)
            record(d, "D", "close")
            t.resume()

            def settled():
                trace("S", "settled", state(s))
                s.destroy()
                c.resume()

            d.destroy()
            d.on("close", lambda had_error: settle(settled))

        pair({}, {}, both)

    pair({}, {}, connected)


run(main)
