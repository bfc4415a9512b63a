"""The server ends first, with data: the events of each side."""

import pynet
from harness import answer, connect, listen, record, run


def main():
    def connected(sock):
        record(sock, "S", "data end prefinish finish error close")
        sock.end("x", answer("S", "end callback"))
        server.close()

    server = pynet.create_server(connected)
    listen(server, lambda: record(connect(server, {}), "C", "connect ready data end prefinish finish error close"))


run(main)
