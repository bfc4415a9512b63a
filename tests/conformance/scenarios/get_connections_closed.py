"""getConnections() works on a server that does not listen, and wants a function."""

import pynet
from harness import attempt, note, run


def main():
    server = pynet.create_server()
    server.get_connections(note("srv", "count"))
    attempt("srv", "without a function", lambda: server.get_connections(5))


run(main)
