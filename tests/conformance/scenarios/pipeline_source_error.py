"""The source of a pipeline dies of an error: the destination is destroyed with it, the callback gets it."""

import pynet
from harness import record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        record(s, "S", "error close")
        record(d, "D", "unpipe finish error close")
        record(t, "T", "data close")
        c.resume()
        t.on("error", lambda err: None)
        pynet.pipeline(s, d, lambda err: trace("main", "pipeline", err, state(s), state(d)))
        c.write("passed on")
        settle(lambda: s.destroy(RuntimeError("broken")))

    between({}, {}, connected)


run(main)
