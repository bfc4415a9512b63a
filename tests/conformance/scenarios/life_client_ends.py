"""The client writes, ends with data, both read: the events of each side."""

import pynet
from harness import answer, connect, listen, record, run, trace


def main():
    def connected(sock):
        record(sock, "S", "data end prefinish finish error close")
        server.close()

    def listening():
        client = connect(server, {}, lambda: trace("C", "connect listener"))
        record(client, "C", "connect ready data end prefinish finish error close")
        client.write("hi", answer("C", "write callback"))
        client.end("bye", answer("C", "end callback"))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
