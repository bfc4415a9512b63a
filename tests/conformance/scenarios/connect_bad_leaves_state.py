"""What connect() refuses at once, and the state after it."""

import pynet
from harness import attempt, run, state, trace


def main():
    for label, options in ("port", {"port": 70000}), ("host", {"port": 80, "host": 5}), ("path", {"path": 5}):
        sock = pynet.Socket()
        attempt("main", label, lambda sock=sock, options=options: sock.connect(options))
        trace("main", "state", state(sock))


run(main)
