"""A client that connects in the tick of listen() is accepted, after listening."""

import pynet
from harness import connect, kind, place, record, run, trace


def main():
    def connected(sock):
        trace("srv", "connection")
        sock.destroy()
        server.close()

    server = pynet.create_server(connected)
    record(server, "srv", "listening close")
    if kind == "unix":
        server.listen(place("s.sock"))
    else:
        server.listen(0)
    connect(server, {}).resume()


run(main)
