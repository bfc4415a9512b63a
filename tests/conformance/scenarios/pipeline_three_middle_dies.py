"""The middle one of three is destroyed: a premature close, and the other two are destroyed."""

import pynet
from harness import pair, record, run, settle, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def third(e, f, server):
            record(s, "S", "finish error close")
            record(d, "D", "finish error close")
            record(e, "E", "finish error close")
            for far in (c, t, f):
                far.on("error", lambda err: None)
                far.resume()
            pynet.pipeline(s, d, e, lambda err: trace("main", "pipeline", err))
            c.write("lost")
            settle(lambda: d.destroy())

        pair({}, {}, third)

    between({}, {}, connected)


run(main)
