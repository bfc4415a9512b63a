"""listen() on a connected socket's descriptor."""

import pynet
from descriptors import make
from harness import attempt, note, record, run, trace


def main():
    fd = make("tcp connected")
    server = pynet.create_server()
    record(server, "srv", "listening error close")
    attempt("srv", "call", lambda: server.listen({"fd": fd}, note("srv", "callback")))
    trace("srv", "returned", server.listening, server.address())


run(main)
