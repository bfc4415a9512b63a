"""resume() before the connection and no listener: all is thrown away, and the end comes."""

import pynet
from harness import connect, listen, record, run, trace
from reading import flags, flow


def main():
    def connected(sock):
        sock.end("for nobody")
        server.close()

    def listening():
        client = connect(server, {})
        client.resume()
        trace("C", "resumed", flow(client))
        record(client, "C", "connect resume end close")
        client.on("end", lambda: trace("C", "at the end", flow(client), flags(client), client.bytes_read))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
