"""maxConnections is looked at when a connection comes: lowered, raised and taken away while the server runs."""

import pynet
from harness import connect, listen, run, settle, trace


def main():
    socks = []
    steps = [1, 1, 2, 1, 3, None, 0, None]

    def connected(sock):
        socks.append(sock)
        trace("srv", "connection", len(socks))
        settle(follow)

    def dropped(data):
        trace("srv", "drop", server.max_connections)
        settle(follow)

    def follow():
        if not steps:
            for sock in socks:
                sock.destroy()
            return server.close(lambda err: trace("srv", "closed"))
        server.max_connections = steps.pop(0)
        return connect(server, {}).resume()

    server = pynet.create_server(connected)
    server.on("drop", dropped)
    listen(server, follow)


run(main)
