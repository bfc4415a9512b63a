"""resetAndDestroy() while connecting waits for the connection."""

import pynet
from connecting import outgoing, states
from harness import listen, record, run, state, trace, where


def main():
    def connected(sock):
        record(sock, "S", "end error close")
        sock.resume()
        server.close()

    def listening():
        client = outgoing(where(server))
        trace("C", "returns itself", client.reset_and_destroy() is client, state(client))
        states(client, "C", "connect ready close")

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
