"""connection, emitted by hand with a socket of one's own."""

import pynet
from harness import note, run, trace


def main():
    server = pynet.create_server(lambda sock: trace("srv", "connection", isinstance(sock, pynet.Socket), sock.server))
    trace("srv", "emitted", server.emit("connection", pynet.Socket()))
    server.get_connections(note("srv", "connections"))


run(main)
