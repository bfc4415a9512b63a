"""Data that came before any 'data' listener waits for it."""

from harness import pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end close")
        s.end("came early")

        def settled():
            trace("C", "settled", c.is_paused())
            record(c, "C", "data")
            trace("C", "listening")

        settle(settled)

    pair({}, {}, connected)


run(main)
