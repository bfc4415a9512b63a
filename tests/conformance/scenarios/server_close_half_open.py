"""A half-open connection still counts: close comes when it is through."""

import pynet
from harness import answer, connect, listen, record, run, settle, trace


def main():
    def connected(sock):
        record(sock, "S", "end close")
        sock.resume()
        server.close(answer("srv", "callback"))

        def counted(err, count):
            trace("srv", "connections", count)
            settle(lambda: sock.end("bye"))

        sock.on("end", lambda: server.get_connections(counted))

    server = pynet.create_server({"allow_half_open": True}, connected)
    record(server, "srv", "close")
    listen(server, lambda: record(connect(server, {}).end("hello"), "C", "data end close"))


run(main)
