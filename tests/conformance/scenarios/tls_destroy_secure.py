"""The client is destroyed in its listener of secureConnect, with a write of its own on the way."""

from harness import answer, record, run
from securing import CLIENT, secure, serve


def main():
    server = None

    def secured(sock):
        record(sock, "S", "data end close")
        sock.on("error", lambda err: None)
        sock.on("close", lambda had_error: server.close())

    def serving(listening):
        nonlocal server
        server = listening

        def last():
            client.write("last", answer("C", "callback"))
            client.destroy()

        client = secure(listening)
        record(client, "C", CLIENT)
        server.on("tlsClientError", lambda err, sock: server.close())
        client.on("secureConnect", last)

    serve({}, secured, serving)


run(main)
