"""listen() by port while a name is looked up: the port wins at once."""

import pynet
from harness import attempt, note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen(0, "localhost", note("srv", "first callback"))
    attempt("srv", "second", lambda: server.listen({"port": 0}, note("srv", "second callback")))
    trace("srv", "at once", server.listening)
    attempt("srv", "third", lambda: server.listen({"port": 0}, note("srv", "third callback")))
    pynet.set_timeout(lambda: server.close(), 100)


run(main)
