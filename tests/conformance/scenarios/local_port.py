"""A local port, alone and with a local address."""

import pynet
from connecting import outgoing
from harness import listen, nowhere, run, trace, where


def main():
    def connected(sock):
        sock.end()
        sock.resume()

    def first_to(target):
        port = target["port"]
        first = outgoing({**where(server), "local_port": port}, "C1")
        first.on("connect", lambda: trace("C1", "local", first.local_address, first.local_port == port))
        first.on("close", lambda had_error: nowhere(second_to))

    def second_to(target):
        port = target["port"]
        second = outgoing({**where(server), "local_port": port, "local_address": "127.0.0.1"}, "C2")
        second.on("connect", lambda: trace("C2", "local", second.local_address, second.local_port == port))
        second.on("close", lambda had_error: server.close())

    server = pynet.create_server(connected)
    listen(server, lambda: nowhere(first_to))


run(main)
