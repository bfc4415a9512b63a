"""setNoDelay() and setKeepAlive() return the socket, connected, connecting or fresh."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        trace("S", "chains", sock.set_no_delay(False) is sock, sock.set_keep_alive(False) is sock)
        sock.end()
        sock.resume()
        server.close()

    def listening():
        client = connect(server, {"no_delay": True, "keep_alive": True, "keep_alive_initial_delay": 2000})
        trace("C", "chains", client.set_no_delay() is client, client.set_keep_alive(True, 1000) is client)
        record(client, "C", "connect error end close")
        client.resume()

    server = pynet.create_server({"no_delay": True, "keep_alive": True, "keep_alive_initial_delay": 1000}, connected)
    listen(server, listening)


run(main)
