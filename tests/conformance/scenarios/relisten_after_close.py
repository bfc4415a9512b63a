"""A closed server listens again, at once, and takes connections."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        trace("srv", "connected")
        sock.destroy()
        server.close()

    def again():
        trace("srv", "again", server.listening)
        connect(server, {}).resume()

    def first():
        server.close()
        listen(server, again)

    server = pynet.create_server(connected)
    record(server, "srv", "listening close")
    server.once("listening", first)
    listen(server)


run(main)
