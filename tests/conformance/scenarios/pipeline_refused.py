"""The destination of a pipeline cannot connect: the callback gets the error, the source is destroyed."""

import pynet
from harness import nowhere, pair, record, run, state, trace


def main():
    def found(target):
        def connected(c, s, server):
            out = pynet.connect(target)
            record(out, "out", "pipe unpipe finish close")
            record(s, "S", "error close")
            record(c, "C", "end close")
            c.resume()
            pynet.pipeline(s, out, lambda err: trace("main", "pipeline", err.code, state(s), state(out)))

        pair({}, {}, connected)

    nowhere(found)


run(main)
