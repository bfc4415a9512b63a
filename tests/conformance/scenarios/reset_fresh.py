"""resetAndDestroy() of a socket that never connected: an error."""

import pynet
from harness import record, run, state, trace


def main():
    sock = pynet.Socket()
    record(sock, "C", "finish error close")
    trace("C", "returns itself", sock.reset_and_destroy() is sock, state(sock), sock.errored)
    sock.on("error", lambda err: trace("C", "text", str(err)))


run(main)
