"""pause(), resume() and set_encoding() after destroy(): they are allowed, and there are no events."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def closed(had_error):
            c.pause()
            trace("C", "pause at close", flow(c))

        def sent():
            record(c, "C", "pause resume end error close")
            c.destroy()
            c.pause()
            trace("C", "pause", flow(c))
            c.resume()
            trace("C", "resume", flow(c))
            c.set_encoding("hex")
            trace("C", "encoding", c.readable_encoding)
            c.on("close", closed)

        s.resume()
        c.on("data", lambda chunk: None)
        in_turn(s, c, ["abc"], sent)

    pair({}, {}, connected)


run(main)
