"""A place that becomes free is given to the next connection."""

import pynet
from harness import connect, listen, run, trace


def main():
    served = 0

    def connected(sock):
        nonlocal served
        served += 1
        trace("srv", "connected", served)
        sock.on("close", lambda had_error: server.close() if served == 2 else connect(server, {}).resume())
        sock.end()
        sock.resume()

    server = pynet.create_server(connected)
    server.max_connections = 1
    server.on("drop", lambda data: trace("srv", "drop"))
    listen(server, lambda: connect(server, {}).resume())


run(main)
