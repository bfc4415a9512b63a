"""A socket's timeout alone does not keep the loop."""

import pynet
from harness import record, run, trace


def main():
    sock = pynet.Socket()
    record(sock, "C", "timeout close")
    sock.set_timeout(300)
    trace("C", "set")


run(main)
