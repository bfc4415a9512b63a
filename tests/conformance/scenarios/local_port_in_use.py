"""A local port that is in use: an error of bind, and no attempt."""

import pynet
from connecting import outgoing, states
from harness import listen, run, where


def main():
    def listening():
        port = where(server)["port"]
        client = outgoing({"port": port, "host": "127.0.0.1", "local_address": "127.0.0.1", "local_port": port})
        states(client, "C", "error close")
        client.on("close", lambda had_error: server.close())

    server = pynet.create_server()
    listen(server, listening)


run(main)
