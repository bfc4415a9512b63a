"""listen() again while the first name is looked up: the first call is forgotten, its callback is not."""

import pynet
from harness import attempt, note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    attempt("srv", "first", lambda: server.listen(0, "localhost", note("srv", "first callback")))
    attempt("srv", "second", lambda: server.listen(0, "127.1", note("srv", "second callback")))

    def later():
        trace("srv", "later", server.listening, server.address())
        server.close()

    pynet.set_timeout(later, 100)


run(main)
