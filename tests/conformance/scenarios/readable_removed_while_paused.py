"""pause() first, then a readable listener that comes and goes beside a data listener: what it is then."""

from harness import pair, record, run, settle, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def on_readable():
            trace("C", "readable", c.read(2))

        def settled():
            trace("C", "settled", flow(c))
            c.resume()
            s.end()

        def sent():
            c.off("readable", on_readable)
            settle(settled)

        c.on("data", lambda chunk: trace("C", "chunk", chunk))
        c.pause()
        c.on("readable", on_readable)
        trace("C", "listening", flow(c))
        record(c, "C", "pause resume end close")
        in_turn(s, c, ["abcd"], sent)

    pair({}, {}, connected)


run(main)
