"""write() on a socket that was never connected: the callback, 'error', 'close'."""

import pynet
from harness import answer, record, run, state, trace


def main():
    sock = pynet.Socket()
    record(sock, "C", "finish error close")
    trace("C", "write", sock.write("x", answer("C", "write callback")))
    trace("C", "after write", state(sock))


run(main)
