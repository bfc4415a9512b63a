"""destroy() of a socket made of a descriptor, at once and with a signal."""

import pynet
from connecting import descriptor
from harness import listen, record, run, state, trace, where


def main():
    def connected(sock):
        record(sock, "S", "end close")
        sock.resume()
        server.close()

    def made(fd):
        controller = pynet.AbortController()
        sock = pynet.Socket(fd=fd, signal=controller.signal)
        record(sock, "C", "error close")
        controller.abort()
        trace("C", "after", state(sock))

    server = pynet.create_server(connected)
    listen(server, lambda: descriptor(where(server), made))


run(main)
