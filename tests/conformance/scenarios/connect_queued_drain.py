"""Enough queued before the connection: write() is False, 'drain' comes between 'connect' and 'ready'."""

import pynet
from harness import answer, connect, listen, record, run, trace


def main():
    def connected(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready drain finish end close")
        trace("C", "small", client.write("x", answer("C", "small callback")))
        trace("C", "big", client.write(b"y" * 65535, answer("C", "big callback")))
        client.on("drain", lambda: client.end())
        client.resume()

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
