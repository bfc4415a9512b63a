"""A socket made with a signal that is aborted already."""

import pynet
from connecting import EVENTS
from harness import record, run, state, trace


def main():
    sock = pynet.Socket({"signal": pynet.AbortSignal.abort()})
    trace("C", "made", state(sock))
    record(sock, "C", EVENTS)
    sock.on("error", lambda err: trace("C", "error", type(err).__name__, str(err)))


run(main)
