"""resume() twice with data buffered: one 'resume', each chunk once."""

import pynet
from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def later():
            trace("C", "later", flow(c))
            c.resume()
            s.end()

        def buffered():
            c.on("data", lambda chunk: trace("C", "chunk", chunk))
            record(c, "C", "pause resume end close")
            trace("C", "before", flow(c))
            c.resume()
            c.resume()
            trace("C", "resumed", flow(c))
            pynet.set_immediate(later)

        c.pause()
        in_turn(s, c, ["one", "two"], buffered)

    pair({}, {}, connected)


run(main)
