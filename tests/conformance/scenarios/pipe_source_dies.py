"""The source of a pipe is destroyed: the destination is not ended."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        def both(d, t, server):
            record(d, "D", "pipe unpipe finish error close")
            record(t, "T", "data end close")
            s.pipe(d)
            c.resume()
            s.destroy()

            def settled():
                trace("D", "settled", state(d))
                d.end("still open")
                d.resume()

            s.on("close", lambda had_error: settle(settled))

        pair({}, {}, both)

    pair({}, {}, connected)


run(main)
