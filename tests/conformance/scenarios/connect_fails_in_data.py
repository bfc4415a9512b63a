"""connect() in a listener, to a path where there is no server: its error comes before an immediate set with it."""

import pynet
from harness import nowhere, pair, record, run, trace


def main():
    def going(empty):
        def connected(c, s, server):
            def data(chunk):
                pynet.set_immediate(lambda: trace("C2", "immediate"))
                record(pynet.connect(empty), "C2", "connect error close")
                c.destroy()

            c.on("data", data)
            s.on("error", lambda err: None)
            s.write("x")

        pair({}, {}, connected)

    nowhere(going)


run(main)
