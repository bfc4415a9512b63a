"""An IPv6 address with a scope: it is kept in events and errors."""

import pynet
from connecting import outgoing
from harness import run, trace


def main():
    def connected(sock):
        sock.end()
        sock.resume()

    def listening():
        def refused(err):
            again = outgoing({"port": port, "host": "::1%lo"}, "C2")
            again.on("error", lambda err: trace("C2", "address", err.address))

        port = server.address().port
        client = outgoing({"port": port, "host": "::1%lo"}, "C1")
        client.on("connect", lambda: trace("C1", "remote", client.remote_address))
        client.on("close", lambda had_error: server.close(refused))

    server = pynet.create_server(connected)
    server.listen(0, "::1", listening)


run(main)
