"""listen() on a connected socket is an error."""

import pynet
from harness import attempt, note, pair, record, run, trace


def main():
    def start(client, peer, _server):
        server = pynet.create_server()
        record(server, "srv", "listening error close")
        attempt("srv", "call", lambda: server.listen(client, note("srv", "callback")))
        trace("srv", "returned", server.listening, server.address())

        def failed(err):
            client.destroy()
            peer.destroy()

        server.on("error", failed)

    pair({}, {}, start)


run(main)
