"""listen() on a plain file."""

import pynet
from descriptors import make
from harness import attempt, note, record, run, trace


def main():
    fd = make("file")
    server = pynet.create_server()
    record(server, "srv", "listening error close")
    attempt("srv", "call", lambda: server.listen({"fd": fd}, note("srv", "callback")))
    trace("srv", "returned", server.listening, server.address())


run(main)
