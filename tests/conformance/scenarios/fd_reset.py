"""resetAndDestroy() of a socket made of a descriptor."""

import pynet
from connecting import descriptor
from harness import listen, record, run, state, trace, where


def main():
    def connected(sock):
        record(sock, "S", "end error close")
        sock.resume()
        server.close()

    def made(fd):
        sock = pynet.Socket(fd=fd)
        record(sock, "C", "error close")
        sock.reset_and_destroy()
        trace("C", "after", state(sock))

    server = pynet.create_server(connected)
    listen(server, lambda: descriptor(where(server), made))


run(main)
