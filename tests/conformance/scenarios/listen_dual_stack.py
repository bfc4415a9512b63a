"""Without a host a server listens at :: for both families; a peer of IPv4 has a mapped address."""

import pynet
from harness import run, trace


def main():
    def connected(sock):
        trace("S", "remote", sock.remote_address, sock.remote_family)
        trace("S", "local", sock.local_address, sock.local_family)
        sock.destroy()
        server.close()

    def listening():
        trace("srv", "address", server.address())
        pynet.connect(server.address().port, "127.0.0.1").resume()

    server = pynet.create_server(connected)
    server.listen(0, listening)


run(main)
