"""A socket made of a BoundSocket with a path."""

import os

import pynet
from connecting import EVENTS
from harness import listen, record, run, state, trace, where


def main():
    def connected(sock):
        sock.end()
        sock.resume()
        server.close()

    def listening():
        sock = pynet.Socket({"handle": pynet.BoundSocket({"path": "mine.sock"})})
        record(sock, "C", EVENTS)
        sock.resume()
        trace("C", "made", state(sock), sock.local_address, sock.remote_address)
        sock.connect(where(server))
        sock.on("connect", lambda: trace("C", "local", sock.local_address, os.path.exists("mine.sock")))
        sock.on("close", lambda had_error: trace("C", "file", os.path.exists("mine.sock")))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
