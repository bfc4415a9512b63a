"""A lookup function that answers twice."""

import pynet
from connecting import looking, outgoing
from harness import listen, run, where


def main():
    def connected(sock):
        sock.end()
        sock.resume()

    def listening():
        def lookup(hostname, options, callback):
            def later():
                callback(None, "127.0.0.1", 4)
                callback(None, "127.0.0.1", 4)

            pynet.set_immediate(later)

        client = outgoing(looking(where(server), lookup, {"auto_select_family": False}))
        client.on("close", lambda had_error: server.close())

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
