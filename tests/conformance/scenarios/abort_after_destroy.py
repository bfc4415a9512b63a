"""A signal that is aborted after its socket was destroyed, or closed: nothing."""

import pynet
from harness import pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "error close")
        c.destroy()
        s.destroy()
        controller.abort()
        trace("C", "after", state(c), c.errored)

    controller = pynet.AbortController()
    pair({}, {"signal": controller.signal}, connected)


run(main)
