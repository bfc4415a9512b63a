"""listen() on a bound unix socket: the path stays when the server closes, as it is not the server's."""

import os

import pynet
from descriptors import make
from harness import record, run, trace


def main():
    fd = make("unix bound")

    def connected(sock):
        trace("srv", "connection")
        sock.destroy()
        server.close()
        trace("srv", "path", os.path.exists("s.sock"))

    server = pynet.create_server(connected)
    record(server, "srv", "listening error close")
    server.listen({"fd": fd}, lambda: pynet.connect("s.sock").resume())
    trace("srv", "returned", server.listening)


run(main)
