"""pause() right after resume(): 'pause' at once, 'resume' still comes, and nothing flows."""

from harness import pair, record, run, settle, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled", flow(c))
            c.resume()
            s.end()

        def buffered():
            c.pause()
            c.on("data", lambda chunk: trace("C", "chunk", chunk))
            record(c, "C", "pause resume end close")
            c.resume()
            c.pause()
            trace("C", "both", flow(c))
            settle(settled)

        in_turn(s, c, ["kept"], buffered)

    pair({}, {}, connected)


run(main)
