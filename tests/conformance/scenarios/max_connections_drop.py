"""Beyond maxConnections: 'drop', and the client sees a connection that ends."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        trace("srv", "connected")

        def dropped(had_error):
            sock.destroy()
            server.close()

        second = connect(server, {})
        record(second, "second", "connect ready data end error close")
        second.on("close", dropped)

    server = pynet.create_server(connected)
    server.max_connections = 1
    record(server, "srv", "drop close")
    listen(server, lambda: connect(server, {}).resume())


run(main)
