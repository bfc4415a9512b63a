"""Connections come in the order in which the clients connected, each counted before its listener runs."""

import pynet
from harness import connect, listen, note, record, run, trace


def main():
    left = [1, 2, 3, 4, 5]
    socks = []

    def connected(sock):
        def first(data):
            trace("srv", "from", data)
            if left:
                follow()
                return
            for each in socks:
                each.destroy()
            server.close()

        socks.append(sock)
        sock.once("data", first)
        server.get_connections(note("srv", "connections"))

    def follow():
        connect(server, {}).resume().write(str(left.pop(0)))

    server = pynet.create_server(connected)
    record(server, "srv", "close")
    listen(server, follow)


run(main)
