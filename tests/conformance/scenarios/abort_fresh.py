"""A signal that is aborted before its socket connects."""

import pynet
from connecting import EVENTS
from harness import record, run, state, trace


def main():
    controller = pynet.AbortController()
    sock = pynet.Socket({"signal": controller.signal})
    record(sock, "C", EVENTS)
    trace("C", "before", state(sock))
    controller.abort()
    trace("C", "after", state(sock), sock.errored is not None)


run(main)
