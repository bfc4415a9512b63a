"""pause() and resume() beside a readable listener: it goes on hearing, and nothing flows."""

from harness import pair, record, run, settle, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled", flow(c))
            in_turn(s, c, ["two"], s.end)

        def sent():
            c.resume()
            trace("C", "resumed", flow(c))
            settle(settled)

        c.on("readable", lambda: trace("C", "readable", c.read(), flow(c)))
        record(c, "C", "pause resume end close")
        c.pause()
        trace("C", "paused", flow(c))
        in_turn(s, c, ["one"], sent)

    pair({}, {}, connected)


run(main)
