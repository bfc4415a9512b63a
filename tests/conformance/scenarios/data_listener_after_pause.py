"""A 'data' listener added after pause() does not make it flow."""

from harness import pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        c.pause()
        record(c, "C", "data end close")
        s.end("waits")

        def settled():
            trace("C", "settled", c.is_paused())
            c.resume()

        settle(settled)

    pair({}, {}, connected)


run(main)
