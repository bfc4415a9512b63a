"""A signal that is aborted when connected: the reason is the cause of the error, and the peer sees the end."""

import pynet
from harness import pair, record, run, state, trace


def main():
    def connected(c, s, server):
        def failed(err):
            cause = err.__cause__
            trace("C", "cause", type(err).__name__, cause, cause is controller.signal.reason)

        record(c, "C", "end error close")
        record(s, "S", "end error close")
        s.resume()
        c.on("error", failed)
        controller.abort(Exception("enough"))
        trace("C", "after", state(c))

    controller = pynet.AbortController()
    pair({}, {"signal": controller.signal}, connected)


run(main)
