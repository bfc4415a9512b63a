"""'timeout' comes on a socket that was never connected, too."""

import pynet
from harness import record, run, state, trace


def main():
    sock = pynet.Socket()
    record(sock, "C", "timeout close")
    sock.set_timeout(20)
    pynet.set_timeout(lambda: trace("C", "later", state(sock)), 100)


run(main)
