"""error, emitted by hand, is an event and no more: the server goes on."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        trace("srv", "connection")
        sock.destroy()
        server.close()

    def listening():
        trace("srv", "emitted", server.emit("error", Exception("by hand")), server.listening)
        connect(server, {}).resume()

    server = pynet.create_server(connected)
    record(server, "srv", "error close")
    listen(server, listening)


run(main)
