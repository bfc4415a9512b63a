"""An abstract name: no file, address() gives the name back, and data flows."""

import os

import pynet
from harness import record, run, trace


def main():
    address = f"\0conformance-{os.getpid()}"

    def connected(sock):
        sock.end("from the server")
        server.close()

    def listening():
        trace("srv", "address is the name", server.address() == address)
        trace("srv", "files", os.listdir("."))
        client = pynet.connect(address)
        record(client, "C", "connect data end close")

    server = pynet.create_server(connected)
    server.listen(address, listening)


run(main)
