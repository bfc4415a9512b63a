"""The events of an echo over TLS: both ends, in order."""

from harness import record, run
from securing import CLIENT, PEER, secure, serve


def main():
    def secured(sock):
        record(sock, "S", PEER)
        sock.pipe(sock)

    def serving(server):
        client = secure(server)
        record(client, "C", CLIENT)
        client.on("secureConnect", lambda: client.end("hello"))
        client.on("close", lambda had_error: server.close())

    serve({}, secured, serving)


run(main)
