"""dropMaxConnection is kept, and changes nothing where there is no cluster."""

import pynet
from harness import connect, listen, run, trace


def main():
    def dropped(data):
        trace("srv", "drop", server.drop_max_connection)
        if not server.drop_max_connection:
            server.close()
            return
        server.drop_max_connection = False
        connect(server, {}).resume()

    server = pynet.create_server()
    trace("srv", "fresh", bool(server.drop_max_connection))
    server.drop_max_connection = True
    server.max_connections = 0
    server.on("drop", dropped)
    listen(server, lambda: connect(server, {}).resume())


run(main)
