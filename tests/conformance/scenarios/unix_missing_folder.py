"""listen() on a path in a folder that does not exist."""

import pynet
from harness import record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening error close")
    server.listen("nowhere/s.sock")
    trace("srv", "after listen", server.listening, server.address())


run(main)
