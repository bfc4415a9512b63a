"""A second listen() on a listening server raises and changes nothing."""

import pynet
from harness import attempt, listen, note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")

    def listening():
        attempt("srv", "second listen", lambda: listen(server, note("srv", "second callback"), "other.sock"))
        trace("srv", "still", server.listening)
        server.close()

    listen(server, listening)


run(main)
