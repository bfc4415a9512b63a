"""The client ends, and the server goes on before it ends, too."""

import pynet
from harness import record, run
from securing import CLIENT, PEER, secure, serve


def main():
    def secured(sock):
        def answer():
            sock.write("after")
            pynet.set_immediate(lambda: sock.end(" the end"))

        record(sock, "S", PEER)
        sock.on("end", answer)

    def serving(server):
        client = secure(server, allow_half_open=True)
        record(client, "C", CLIENT)
        client.end("question")
        client.on("close", lambda had_error: server.close())

    serve({"allow_half_open": True}, secured, serving)


run(main)
