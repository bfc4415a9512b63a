"""A descriptor that is not to be read."""

import pynet
from connecting import descriptor
from harness import listen, record, run, state, trace, where


def main():
    def connected(sock):
        record(sock, "S", "data end close")
        server.close()

    def made(fd):
        sock = pynet.Socket(fd=fd, readable=False)
        trace("C", "made", state(sock), sock.readable, sock.readable_ended, sock.writable, sock.writable_ended)
        record(sock, "C", "data end prefinish finish close")
        trace("C", "write", sock.write("some "))
        sock.end("more")
        trace("C", "after end", state(sock))

    server = pynet.create_server(connected)
    listen(server, lambda: descriptor(where(server), made))


run(main)
