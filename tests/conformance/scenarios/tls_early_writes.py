"""Writes before the connection, in connect and in secureConnect: the order of their callbacks."""

from harness import answer, record, run
from securing import PEER, secure, serve


def main():
    def serving(server):
        def last():
            client.write("3", answer("C", "third"))
            client.end("4", answer("C", "ended"))

        client = secure(server)
        record(client, "C", "connect ready secureConnect drain finish end close")
        client.resume()
        client.write("1", answer("C", "first"))
        client.on("connect", lambda: client.write("2", answer("C", "second")))
        client.on("secureConnect", last)
        client.on("close", lambda had_error: server.close())

    serve({}, lambda sock: record(sock, "S", PEER), serving)


run(main)
