"""pause() in a data listener while more is buffered: not one chunk more before resume(); the end needs none."""

import pynet
from harness import pair, record, run, settle, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def resuming():
            trace("C", "resuming", flow(c))
            c.resume()

        def data(chunk):
            trace("C", "chunk", chunk)
            c.pause()
            trace("C", "paused", flow(c))
            pynet.set_immediate(resuming)

        def settled():
            c.on("data", data)
            record(c, "C", "pause resume end close")

        def buffered():
            s.end()
            settle(settled)

        in_turn(s, c, ["one", "two", "three"], buffered)

    pair({}, {}, connected)


run(main)
