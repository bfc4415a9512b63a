"""What an accepted socket is when 'connection' is emitted; it never emits 'connect' or 'ready'."""

import pynet
from harness import connect, listen, record, run, state, trace


def main():
    def connected(sock):
        record(sock, "S", "connect ready end close")
        trace("S", "state", state(sock), sock.bytes_read, sock.bytes_written)
        sock.resume()
        server.close()

    server = pynet.create_server(connected)
    listen(server, lambda: connect(server, {}).end())


run(main)
