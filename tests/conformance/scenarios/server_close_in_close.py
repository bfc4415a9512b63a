"""close() in the close listener: close is emitted once more."""

import pynet
from harness import answer, listen, run, trace


def main():
    closes = []

    def closed():
        trace("srv", "close", len(closes))
        closes.append(1)
        if len(closes) == 1:
            server.close(answer("srv", "second callback"))

    server = pynet.create_server()
    server.on("close", closed)
    listen(server, lambda: server.close(answer("srv", "first callback")))


run(main)
