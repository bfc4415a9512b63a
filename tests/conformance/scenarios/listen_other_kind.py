"""A server that listened at a path listens at a port next, and at a path again."""

import os

import pynet
from harness import place, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening error close")

    def show():
        at = server.address()
        trace("srv", "address", at if isinstance(at, str) else at.address, os.path.exists("s.sock"))
        server.close()

    def again():
        server.listen(0, "127.0.0.1", show)
        server.once("close", lambda: server.listen(place("s.sock"), show))

    server.listen(place("s.sock"), show)
    server.once("close", again)


run(main)
