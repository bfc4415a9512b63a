"""A signal that is aborted while a big write is under way."""

import pynet
from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        def aborting():
            controller.abort()
            s.destroy()

        record(c, "C", "error close")
        s.on("error", lambda err: None)
        c.write(bytes(20000000), answer("C", "big"))
        c.write("small", answer("C", "small"))
        pynet.set_immediate(aborting)

    controller = pynet.AbortController()
    pair({}, {"signal": controller.signal}, connected)


run(main)
