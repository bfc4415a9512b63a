"""An address of IPv6 as the host: only peers of that address."""

import pynet
from harness import record, run, trace


def main():
    def connected(sock):
        trace("S", "addresses", sock.local_address, sock.local_family, sock.remote_address, sock.remote_family)
        sock.destroy()
        server.close()

    def listening():
        trace("srv", "address", server.address())
        four = pynet.connect(server.address().port, "127.0.0.1")
        record(four, "four", "connect error close")
        four.on("close", lambda had_error: pynet.connect(server.address().port, "::1").resume())

    server = pynet.create_server(connected)
    server.listen(0, "::1", listening)


run(main)
