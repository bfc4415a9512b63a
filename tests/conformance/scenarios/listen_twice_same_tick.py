"""Two calls of listen() by port in one tick: the second one raises."""

import pynet
from harness import attempt, note, record, run


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen(0, note("srv", "first callback"))
    attempt("srv", "second", lambda: server.listen(0, note("srv", "second callback")))
    pynet.set_immediate(lambda: server.close())


run(main)
