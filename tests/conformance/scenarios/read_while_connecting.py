"""read() and a readable listener before the connection: nothing yet, and then all is as it should be."""

import pynet
from harness import connect, listen, record, run, trace
from reading import flow


def main():
    def connected(sock):
        sock.end("welcome")
        server.close()

    def listening():
        client = connect(server, {})

        def readable():
            while (chunk := client.read()) is not None:
                trace("C", "chunk", chunk)

        trace("C", "read", client.read(), client.read(3), client.read(0))
        client.on("readable", readable)
        trace("C", "listening", flow(client))
        record(client, "C", "connect ready pause resume end close")

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
