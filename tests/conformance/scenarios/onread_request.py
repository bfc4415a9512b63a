"""onread on a client that sends and gets an answer, with half of its life after its own end."""

import pynet
from harness import connect, listen, record, run, state, trace
from reading import flags


def main():
    buffer = bytearray(64)

    def connected(sock):
        sock.on("end", lambda: sock.end("answer"))
        record(sock, "S", "data end finish close")
        server.close()

    def listening():
        def callback(nread, given):
            trace("C", "callback", bytes(given[:nread]), state(client))

        client = connect(server, {"onread": {"buffer": buffer, "callback": callback}})
        record(client, "C", "connect data end finish close")
        client.on("end", lambda: trace("C", "at the end", flags(client), client.bytes_read))
        client.end("request")

    server = pynet.create_server(connected, allow_half_open=True)
    listen(server, listening)


run(main)
