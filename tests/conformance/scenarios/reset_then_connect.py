"""Connecting again after resetAndDestroy()."""

import pynet
from connecting import outgoing
from harness import listen, run, trace, where


def main():
    def connected(sock):
        sock.on("error", lambda err: trace("srv", "error", err))
        sock.resume()

    def listening():
        def again(had_error):
            client.connect(where(server), lambda: client.end())
            client.once("close", lambda had_error: server.close())

        client = outgoing(where(server))
        client.once("ready", client.reset_and_destroy)
        client.once("close", again)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
