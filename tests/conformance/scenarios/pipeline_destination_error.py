"""The destination of a pipeline dies of an error: the source is destroyed, the callback gets it."""

import pynet
from harness import record, run, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        record(s, "S", "error close")
        record(d, "D", "pipe unpipe finish close")
        record(c, "C", "end close")
        c.resume()
        t.resume()
        pynet.pipeline(s, d, lambda err: trace("main", "pipeline", err, state(s), state(d)))
        d.destroy(RuntimeError("broken"))

    between({}, {}, connected)


run(main)
