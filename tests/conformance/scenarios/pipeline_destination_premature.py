"""The destination of a pipeline is destroyed: a premature close, and the source is destroyed."""

import pynet
from harness import record, run, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        record(s, "S", "error close")
        record(d, "D", "pipe unpipe finish error")
        record(c, "C", "end close")
        c.resume()
        t.resume()
        pynet.pipeline(s, d, lambda err: trace("main", "pipeline", err, state(s), state(d)))
        record(d, "D", "close")
        d.destroy()

    between({}, {}, connected)


run(main)
