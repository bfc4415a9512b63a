"""end() with data before the connection, which comes about at the second address."""

import pynet
from connecting import named, outgoing
from harness import answer, listen, run, state, trace, where


def main():
    def connected(sock):
        sock.resume()
        sock.on("end", lambda: trace("srv", "end"))

    def later(client):
        trace("C", "later", state(client), client.bytes_written)
        client.destroy()
        server.close()

    def listening():
        client = outgoing(named(where(server), "127.0.0.2", "127.0.0.1"))
        client.end("two", answer("C", "two"))
        pynet.set_timeout(later, 100, client)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
