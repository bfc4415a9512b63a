"""An exception in the listen() callback: uncaught, and the server listens."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        sock.end()
        server.close()

    def later():
        trace("main", "listening", server.listening)
        connect(server, {}).resume()

    def listening():
        pynet.set_immediate(later)
        raise RuntimeError("in listening")

    server = pynet.create_server(connected)
    record(server, "main/srv", "error close")
    listen(server, listening)


run(main)
