"""No 'data' between pause() and resume(), and everything after it."""

from harness import pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        record(c, "C", "data end close")
        c.pause()
        trace("C", "paused", c.is_paused())
        s.write("held back, ")

        def settled():
            trace("C", "settled")
            c.resume()
            trace("C", "resumed", c.is_paused())
            settle(lambda: s.end("and more"))

        settle(settled)

    pair({}, {}, connected)


run(main)
