"""A number alone is a descriptor."""

import pynet
from connecting import descriptor
from harness import listen, record, run, state, trace, where


def main():
    def connected(sock):
        sock.end("hello")
        sock.resume()
        server.close()

    def made(fd):
        sock = pynet.Socket(fd)
        trace("C", "made", state(sock))
        record(sock, "C", "connect data end finish close")

    server = pynet.create_server(connected)
    listen(server, lambda: descriptor(where(server), made))


run(main)
