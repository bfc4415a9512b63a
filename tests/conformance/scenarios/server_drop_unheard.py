"""A connection is dropped also when nobody listens to drop."""

import pynet
from harness import connect, listen, note, record, run


def main():
    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready end error close")
        client.resume().on("close", lambda had_error: server.close())

    server = pynet.create_server(note("srv", "connection"))
    server.max_connections = 0
    record(server, "srv", "close error")
    listen(server, listening)


run(main)
