"""A data listener and then pause(), both before the connection: what comes is read and kept, and not emitted."""

import pynet
from harness import connect, listen, record, run, settle, trace
from reading import flow


def main():
    def connected(sock):
        sock.end("early")
        server.close()

    def listening():
        client = connect(server, {})
        client.on("data", lambda chunk: trace("C", "chunk", chunk))
        client.pause()
        trace("C", "paused", flow(client))
        record(client, "C", "connect pause resume end close")

        def settled():
            trace("C", "settled", flow(client), client.bytes_read)
            client.resume()

        client.on("connect", lambda: settle(settled))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
