"""Values for the option handle of Socket() and connect(): a BoundSocket that is adopted already, or closed."""

import pynet
from harness import attempt, run


def main():
    adopted = pynet.BoundSocket()

    def listening():
        attempt("main", "Socket", lambda: pynet.Socket({"handle": adopted}))
        attempt("main", "connect", lambda: pynet.connect({"port": 80, "host": "127.0.0.1", "handle": adopted}))
        attempt("main", "listen", lambda: pynet.create_server().listen(adopted))
        attempt("main", "listen option", lambda: pynet.create_server().listen({"handle": adopted}))
        server.close()

    server = pynet.create_server().listen(adopted, listening)
    closed = pynet.BoundSocket()
    closed.close()
    attempt("main", "closed", lambda: pynet.Socket({"handle": closed}))
    attempt("main", "closed, listen", lambda: pynet.create_server().listen(closed))


run(main)
