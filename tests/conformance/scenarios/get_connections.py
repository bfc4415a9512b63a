"""getConnections() counts the open accepted sockets and answers on a later tick."""

import pynet
from harness import connect, listen, note, run, trace


def main():
    def connected(sock):
        server.get_connections(note("srv", "one open"))
        trace("srv", "asked")
        sock.on("close", lambda had_error: server.get_connections(note("srv", "after its close")))
        sock.destroy()
        server.get_connections(note("srv", "destroyed"))
        server.close()

    def listening():
        server.get_connections(note("srv", "none"))
        connect(server, {}).resume()

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
