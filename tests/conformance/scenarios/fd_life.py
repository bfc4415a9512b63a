"""A socket made of a connected descriptor: it is connected from the start."""

import pynet
from connecting import descriptor
from harness import answer, listen, record, run, state, trace, where


def main():
    def connected(sock):
        record(sock, "S", "data end close")
        sock.on("end", lambda: sock.end("answer"))
        server.close()

    def made(fd):
        sock = pynet.Socket(fd=fd)
        details = sock.remote_address, sock.local_family, sock.bytes_read, sock.readable, sock.writable
        trace("C", "made", state(sock), *details)
        record(sock, "C", "connect ready data end prefinish finish close")
        sock.end("question", answer("C", "ended"))
        trace("C", "after end", state(sock), sock.bytes_written)

    server = pynet.create_server({"allow_half_open": True}, connected)
    listen(server, lambda: descriptor(where(server), made))


run(main)
