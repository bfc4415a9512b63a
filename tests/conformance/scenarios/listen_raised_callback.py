"""The callback of a listen() that raised."""

import pynet
from harness import attempt, note, run, trace


def main():
    server = pynet.create_server()
    attempt("srv", "bad port", lambda: server.listen({"port": -1}, note("srv", "first callback")))
    trace("srv", "count", server.listener_count("listening"))

    def listening():
        trace("srv", "second callback")
        server.close()

    server.listen(0, listening)


run(main)
