"""ref() after unref() keeps the loop again."""

import pynet
from harness import connect, listen, run, trace


def main():
    def connected(sock):
        trace("srv", "connection")
        sock.end()
        server.close()

    def listening():
        server.ref()
        timer = pynet.set_timeout(lambda: connect(server, {}).resume(), 40)
        timer.unref()

    server = pynet.create_server(connected)
    server.unref()
    listen(server, listening)


run(main)
