"""new Server(), then 'connection' listeners: as with createServer()."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    server = pynet.Server()

    def connected(sock):
        trace("srv", "connection")
        sock.end("x")
        server.close()

    server.on("connection", connected)
    listen(server, lambda: record(connect(server, {}), "C", "data end close"))


run(main)
