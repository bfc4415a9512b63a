"""What listen() with an address as its host has done when it returns."""

import pynet
from harness import record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close")

    def listening():
        trace("srv", "callback", server.listening, server.address())
        server.close()

    server.listen(0, "127.0.0.1", listening)
    trace("srv", "after listen", server.listening, server.address())


run(main)
