"""The server ends first, with data."""

from harness import answer, record, run
from securing import CLIENT, PEER, secure, serve


def main():
    def secured(sock):
        record(sock, "S", PEER)
        sock.end("bye", answer("S", "ended"))

    def serving(server):
        client = secure(server)
        record(client, "C", CLIENT)
        client.on("close", lambda had_error: server.close())

    serve({}, secured, serving)


run(main)
