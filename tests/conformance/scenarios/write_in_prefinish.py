"""end(callback) in a 'prefinish' listener: its callback comes with the others."""

from harness import answer, pair, record, run, trace
from writing import ends


def main():
    def connected(c, s, server):
        record(s, "S", "data end")
        c.resume()

        def prefinish():
            trace("C", "prefinish", ends(c))
            c.end(answer("C", "late end callback"))

        c.on("prefinish", prefinish)
        record(c, "C", "finish error close")
        c.end("all", answer("C", "end callback"))

    pair({}, {}, connected)


run(main)
