"""A server in the clear that ends: the handshake fails."""

import pynet
from harness import answer, listen, record, run
from securing import CLIENT, secure


def main():
    def connected(sock):
        sock.on("error", lambda err: None)
        sock.once("data", lambda chunk: sock.end())

    def serving():
        client = secure(server)
        record(client, "C", CLIENT)
        client.write("early", answer("C", "callback"))
        client.on("close", lambda had_error: server.close())

    server = pynet.create_server(connected)
    listen(server, serving)


run(main)
