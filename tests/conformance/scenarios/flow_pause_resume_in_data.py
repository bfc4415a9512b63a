"""pause() and resume() at once in a data listener: nothing is lost or doubled, 'resume' comes on a later tick."""

import pynet
from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def data(chunk):
            trace("C", "chunk", chunk)
            c.pause()
            c.resume()
            trace("C", "both", flow(c))

        def buffered():
            c.on("data", data)
            record(c, "C", "pause resume end close")
            pynet.set_immediate(lambda: s.end("four"))

        in_turn(s, c, ["one", "two", "three"], buffered)

    pair({}, {}, connected)


run(main)
