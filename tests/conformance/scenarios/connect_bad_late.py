"""What connect() refuses when it comes to it, and the state after it."""

import pynet
from harness import attempt, run, state, trace


def main():
    lists = (
        ("localAddress", {"port": 80, "host": "127.0.0.1", "local_address": "x"}),
        ("localPort", {"port": 80, "host": "127.0.0.1", "local_port": "x"}),
        ("lookup", {"port": 80, "host": "some.name", "lookup": 5}),
    )
    for label, options in lists:
        sock = pynet.Socket()
        attempt("main", label, lambda sock=sock, options=options: sock.connect(options))
        trace("main", "state", state(sock))


run(main)
