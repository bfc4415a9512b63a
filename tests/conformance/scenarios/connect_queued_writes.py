"""Writes before the connection: counted at once, sent in order, answered in order."""

import pynet
from harness import answer, connect, listen, record, run, trace


def main():
    def connected(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready drain finish end close")
        trace("C", "first", client.write("one ", answer("C", "first callback")), client.bytes_written)
        trace("C", "second", client.write("two ", answer("C", "second callback")), client.bytes_written)
        client.on("ready", lambda: client.end("three", answer("C", "end callback")))
        client.resume()

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
