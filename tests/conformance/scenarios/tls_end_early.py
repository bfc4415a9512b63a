"""end() right after connect()."""

from harness import answer, record, run, state, trace
from securing import CLIENT, PEER, secure, serve


def main():
    def secured(sock):
        record(sock, "S", PEER)
        sock.pipe(sock)

    def serving(server):
        client = secure(server)
        record(client, "C", CLIENT)
        client.end("all", answer("C", "ended"))
        trace("C", "state", state(client))
        client.on("close", lambda had_error: server.close())

    serve({}, secured, serving)


run(main)
