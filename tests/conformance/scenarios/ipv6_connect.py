"""A connection over IPv6: the attempt, the addresses of both ends."""

import pynet
from connecting import outgoing
from harness import run, trace


def main():
    def connected(sock):
        trace("S", "addresses", sock.remote_address, sock.remote_family, sock.local_address, sock.local_family)
        sock.end()
        sock.resume()
        server.close()

    def listening():
        client = outgoing({"port": server.address().port, "host": "::1"})
        client.on("connect", lambda: trace("C", "at", client.remote_address, client.remote_family, client.address()))

    server = pynet.create_server(connected)
    server.listen(0, "::1", listening)


run(main)
