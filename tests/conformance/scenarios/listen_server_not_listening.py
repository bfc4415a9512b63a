"""listen() on a server that does not listen, or on a socket that is not connected, raises at once."""

import pynet
from harness import attempt, run, trace


def main():
    server = pynet.create_server()
    attempt("srv", "server", lambda: server.listen(pynet.create_server()))
    attempt("srv", "itself", lambda: server.listen(server))
    attempt("srv", "socket", lambda: server.listen(pynet.Socket()))
    attempt("srv", "handle", lambda: server.listen({"handle": pynet.Socket()}))
    trace("srv", "listening", server.listening)


run(main)
