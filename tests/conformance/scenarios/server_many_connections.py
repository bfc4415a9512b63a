"""Thirty connections: all are counted, and close comes after the last of them."""

import pynet
from harness import answer, connect, listen, note, record, run, settle, trace


def main():
    many = 30
    socks = []

    def counted(err, count):
        trace("srv", "connections", count)
        socks[0].destroy()
        trace("srv", "destroyed")

    def connected(sock):
        socks.append(sock)
        if len(socks) < many:
            return
        server.get_connections(note("srv", "connections"))
        server.close(answer("srv", "callback"))
        for each in socks[1:]:
            each.destroy()
        settle(lambda: server.get_connections(counted))

    def listening():
        for _ in range(many):
            connect(server, {}).resume()

    server = pynet.create_server(connected)
    record(server, "srv", "close")
    listen(server, listening)


run(main)
