"""The client is destroyed in its listener of connect, before the handshake."""

from harness import answer, record, run
from securing import CLIENT, secure, serve


def main():
    def serving(server):
        client = secure(server)
        record(client, "C", CLIENT)
        client.write("early", answer("C", "callback"))
        client.on("connect", lambda: client.destroy())
        server.on("tlsClientError", lambda err, sock: server.close())

    serve({}, lambda sock: None, serving)


run(main)
