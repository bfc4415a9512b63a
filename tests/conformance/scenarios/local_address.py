"""The local address that one asks for is the one that the peer sees."""

import pynet
from connecting import outgoing
from harness import listen, run, trace, where


def main():
    def connected(sock):
        trace("S", "remote", sock.remote_address)
        sock.end()
        sock.resume()
        server.close()

    def listening():
        def bound():
            trace("C", "local", client.local_address, client.local_family, client.local_port > 0)

        client = outgoing({**where(server), "local_address": "127.0.0.2"})
        client.on("connect", bound)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
