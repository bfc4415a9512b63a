"""destroy() of a fresh socket: destroyed at once, 'close' on a later tick, no 'error'."""

import pynet
from harness import record, run, state, trace


def main():
    sock = pynet.Socket()
    record(sock, "C", "error finish end close")
    trace("C", "returns itself", sock.destroy() is sock)
    trace("C", "after destroy", state(sock))


run(main)
