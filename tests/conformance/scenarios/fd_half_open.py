"""A descriptor with `allowHalfOpen`: the peer's end is not answered."""

import pynet
from connecting import descriptor
from harness import listen, record, run, state, trace, where


def main():
    def connected(sock):
        record(sock, "S", "data end close")
        sock.end("hello")
        server.close()

    def made(fd):
        def ended():
            trace("C", "state", state(sock))
            pynet.set_immediate(sock.end, "bye")

        sock = pynet.Socket(fd=fd, allow_half_open=True)
        record(sock, "C", "data end prefinish finish close")
        sock.on("end", ended)

    server = pynet.create_server(connected)
    listen(server, lambda: descriptor(where(server), made))


run(main)
