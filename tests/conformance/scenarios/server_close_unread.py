"""A connection that nobody reads keeps close() waiting, also when the peer is gone."""

import pynet
from harness import answer, connect, listen, record, run, settle, trace


def main():
    def connected(sock):
        server.close(answer("srv", "callback"))
        record(sock, "S", "data end close")

        def counted(err, count):
            trace("srv", "connections", count)
            sock.resume()

        settle(lambda: server.get_connections(counted))

    server = pynet.create_server({"pause_on_connect": True}, connected)
    record(server, "srv", "close")
    listen(server, lambda: connect(server, {}).end("hello").resume())


run(main)
