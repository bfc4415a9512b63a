"""A socket that was connected to a port connects to a path, and to a port again."""

import pynet
from connecting import outgoing
from harness import listen, place, run, trace, where


def main():
    def connected(sock):
        sock.end()
        sock.resume()

    def listening():
        def to_path(had_error):
            client.connect(place("other.sock"))
            client.once("connect", lambda: trace("C", "path", client.address(), client.remote_address))
            client.once("close", to_port)

        def to_port(had_error):
            client.connect(where(server))
            client.once("connect", lambda: trace("C", "port", client.address(), client.remote_address))
            client.once("close", finished)

        def finished(had_error):
            server.close()
            other.close()

        client = outgoing(where(server))
        client.once("close", to_path)

    server = pynet.create_server(connected)
    other = pynet.create_server(connected)
    listen(server, lambda: other.listen(place("other.sock"), listening))


run(main)
