"""maxConnections 0 drops every connection."""

import pynet
from harness import connect, listen, note, record, run, trace


def main():
    server = pynet.create_server(note("srv", "connection"))
    server.max_connections = 0
    server.on("drop", lambda data: trace("srv", "drop"))

    def listening():
        client = connect(server, {})
        record(client, "C", "connect end error close")
        client.resume()
        client.on("close", lambda had_error: server.close())

    listen(server, listening)


run(main)
