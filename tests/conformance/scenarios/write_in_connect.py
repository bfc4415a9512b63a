"""A write in the 'connect' listener of an idle socket: its callback comes after 'ready'."""

import pynet
from harness import answer, connect, listen, record, run, trace


def main():
    def connected(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        client = connect(server, {})
        record(client, "C", "connect ready finish end close")
        client.on("connect", lambda: trace("C", "write", client.write("hello", answer("C", "write callback"))))
        client.on("ready", lambda: pynet.set_immediate(lambda: client.end()))
        client.resume()

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
