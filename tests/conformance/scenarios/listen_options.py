"""listen(options) with port and host, or path, and a callback."""

import pynet
from harness import kind, place, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close")
    options = {"path": place("s.sock")} if kind == "unix" else {"port": 0, "host": "127.0.0.1", "backlog": 5}

    def listening():
        trace("srv", "callback", server.address())
        server.close()

    server.listen(options, listening)


run(main)
