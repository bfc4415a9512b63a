"""destroy() in the 'connection' listener: the client sees a connection that ends."""

import pynet
from harness import connect, listen, record, run, state, trace


def main():
    def connected(sock):
        record(sock, "S", "end finish error close")
        sock.destroy()
        trace("S", "state", state(sock))
        server.close()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready end finish error close")
        client.resume()

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
