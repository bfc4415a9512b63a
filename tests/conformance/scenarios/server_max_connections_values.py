"""Values of maxConnections, and what is kept of them."""

import pynet
from harness import run, trace


def main():
    server = pynet.create_server()
    for value in (0, 1, 1000000, None, 2, -1):
        server.max_connections = value
        trace("srv", "set", value, server.max_connections == value, server.max_connections)


run(main)
