"""The peer ends without data while paused, with nothing buffered."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "data end close")
        c.pause()
        s.end()

        def settled():
            trace("C", "settled", state(c))
            c.resume()

        settle(settled)

    pair({}, {}, connected)


run(main)
