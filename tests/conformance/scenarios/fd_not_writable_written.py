"""write() and end() on a descriptor that is not to be written."""

import pynet
from connecting import descriptor
from harness import answer, listen, record, run, trace, where


def main():
    def connected(sock):
        sock.on("error", lambda err: None)
        sock.resume()
        server.close()

    def made(fd):
        sock = pynet.Socket(fd=fd, writable=False)
        record(sock, "C", "prefinish finish error close")
        trace("C", "write", sock.write("x", answer("C", "written")))

    server = pynet.create_server(connected)
    listen(server, lambda: descriptor(where(server), made))


run(main)
