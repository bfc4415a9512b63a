"""resetAndDestroy() in 'connect'."""

import pynet
from connecting import outgoing
from harness import listen, record, run, state, trace, where


def main():
    def connected(sock):
        record(sock, "S", "end error close")
        sock.resume()
        server.close()

    def listening():
        def resetting():
            client.reset_and_destroy()
            trace("C", "after", state(client))

        client = outgoing(where(server))
        client.on("connect", resetting)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
