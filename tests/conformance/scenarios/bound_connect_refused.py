"""connect() with an adopted BoundSocket where nobody listens: as without one."""

import os

import pynet
from harness import kind, nowhere, place, record, run, state, trace


def main():
    def found(target):
        handle = pynet.BoundSocket(path=place("b.sock")) if kind == "unix" else pynet.BoundSocket(host="127.0.0.1")
        sock = pynet.connect({**target, "handle": handle})
        record(sock, "C", "connect error close")
        trace("C", "connecting", state(sock))
        sock.on("close", lambda had_error: trace("C", "closed", state(sock), os.path.exists("b.sock")))

    nowhere(found)


run(main)
