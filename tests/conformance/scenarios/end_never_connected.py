"""end() on a socket that was never connected: it finishes and stays."""

import pynet
from harness import answer, record, run, state, trace


def main():
    sock = pynet.Socket()
    record(sock, "C", "prefinish finish end error close")
    sock.end(answer("C", "end callback"))
    trace("C", "after end", state(sock))
    pynet.set_timeout(lambda: trace("C", "later", state(sock)), 20)


run(main)
