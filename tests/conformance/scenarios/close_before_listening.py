"""close() in the turn of listen(): there is no 'listening', only 'close'."""

import pynet
from harness import answer, kind, note, place, record, run


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen(place("s.sock") if kind == "unix" else 0, note("srv", "listen callback"))
    server.close(answer("srv", "close callback"))


run(main)
