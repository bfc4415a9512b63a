"""getConnections() without a function raises; a server that is as before."""

import pynet
from harness import note, run
from tables import table


def main():
    server = pynet.create_server()
    rows = {"undefined": None, "number": 5, "text": "x", "object": {}}
    table("main", rows, lambda callback: server.get_connections(callback) and None)
    server.get_connections(note("main", "connections"))


run(main)
