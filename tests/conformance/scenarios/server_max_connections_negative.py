"""A negative maxConnections drops all."""

import pynet
from harness import connect, listen, note, record, run, trace


def main():
    def dropped(data):
        trace("srv", "drop")
        server.close()

    server = pynet.create_server(note("srv", "connection"))
    server.max_connections = -1
    server.on("drop", dropped)
    record(server, "srv", "close")
    listen(server, lambda: record(connect(server, {}).resume(), "C", "connect ready end error close"))


run(main)
