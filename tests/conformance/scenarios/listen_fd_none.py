"""listen() on a number that is no descriptor: an error; all callbacks come with the next listening."""

import pynet
from harness import attempt, note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening error close")
    attempt("srv", "call", lambda: server.listen({"fd": 9999}, note("srv", "first callback")))
    trace("srv", "returned", server.listening, server.address())

    def listening():
        trace("srv", "second callback")
        server.close()

    server.on("error", lambda err: server.listen(0, listening))


run(main)
