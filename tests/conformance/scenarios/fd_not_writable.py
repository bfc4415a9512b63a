"""A descriptor that is not to be written."""

import pynet
from connecting import descriptor
from harness import listen, record, run, state, trace, where


def main():
    def connected(sock):
        sock.end("hello")
        sock.resume()
        record(sock, "S", "end close")
        server.close()

    def made(fd):
        sock = pynet.Socket(fd=fd, writable=False)
        trace("C", "made", state(sock), sock.readable, sock.readable_ended, sock.writable, sock.writable_ended)
        record(sock, "C", "data end prefinish finish error close")

    server = pynet.create_server(connected)
    listen(server, lambda: descriptor(where(server), made))


run(main)
