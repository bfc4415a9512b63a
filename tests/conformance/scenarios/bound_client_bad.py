"""A BoundSocket is adopted once, and has its own local address."""

import pynet
from harness import attempt, run


def main():
    bound = pynet.BoundSocket({"host": "127.0.0.1"})
    sock = pynet.Socket({"handle": bound})
    attempt("main", "twice", lambda: pynet.Socket({"handle": bound}))
    attempt("main", "address", bound.address)
    attempt("main", "close", bound.close)
    attempt("main", "localPort", lambda: sock.connect({"port": 80, "host": "127.0.0.1", "local_port": 5}))
    sock.destroy()


run(main)
