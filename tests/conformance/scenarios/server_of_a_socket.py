"""A socket knows its server, also when both are closed; a client has none."""

import pynet
from harness import connect, listen, run, trace


def main():
    def connected(sock):
        trace("S", "server", sock.server is server)
        sock.on("close", lambda had_error: trace("S", "after close", sock.server is server))
        server.on("close", lambda: trace("S", "after the close of the server", sock.server is server))
        sock.destroy()
        trace("S", "destroyed", sock.server is server)
        server.close()

    def listening():
        client = connect(server, {})
        trace("C", "server", client.server)
        client.resume().on("connect", lambda: trace("C", "connected", client.server))

    server = pynet.create_server(connected)
    listen(server, listening)
    trace("main", "fresh", pynet.Socket().server)


run(main)
