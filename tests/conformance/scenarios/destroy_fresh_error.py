"""destroy(error) of a fresh socket: 'error' with that very error, then 'close'."""

import pynet
from harness import run, state, trace


def main():
    sock = pynet.Socket()
    reason = RuntimeError("enough")
    sock.on("error", lambda err: trace("C", "the very error", err is reason))
    sock.on("close", lambda had_error: trace("C", "close"))
    sock.destroy(reason)
    trace("C", "after destroy", state(sock))


run(main)
