"""An IPv6 address with the scope of no interface."""

import pynet
from connecting import outgoing
from harness import run


def main():
    def connected(sock):
        sock.end()
        sock.resume()

    def listening():
        client = outgoing({"port": server.address().port, "host": "::1%nowhere0"})
        client.on("close", lambda had_error: server.close())

    server = pynet.create_server(connected)
    server.listen(0, "::1", listening)


run(main)
