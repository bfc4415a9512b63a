"""Two calls of listen() with a host in one step."""

import pynet
from harness import attempt, note, record, run


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen(0, "127.0.0.1", note("srv", "first callback"))
    attempt("srv", "second", lambda: server.listen(0, "127.0.0.1", note("srv", "second callback")))
    pynet.set_timeout(server.close, 30)


run(main)
