"""What is written before the connection reaches the address that works."""

import pynet
from connecting import named, outgoing
from harness import answer, listen, record, run, trace, where


def main():
    def connected(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        client = outgoing(named(where(server), "127.0.0.2", "127.0.0.1"))
        trace("C", "write", client.write("one ", answer("C", "one")), client.bytes_written)
        trace("C", "write", client.write("two ", answer("C", "two")), client.bytes_written)
        client.on("ready", lambda: client.end("three", answer("C", "three")))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
