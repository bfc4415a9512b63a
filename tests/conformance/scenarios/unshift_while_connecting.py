"""unshift() before the connection, as a test does that feeds a parser: it comes before what the peer sends."""

import pynet
from harness import connect, listen, record, run, settle, trace
from reading import flow


def main():
    def connected(sock):
        sock.end("from the peer")
        server.close()

    def listening():
        client = connect(server, {})

        def settled():
            client.on("data", lambda chunk: trace("C", "data", chunk))

        client.unshift("from here, ")
        trace("C", "put back", flow(client), client.bytes_read)
        client.on("connect", lambda: settle(settled))
        record(client, "C", "connect end close")

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
