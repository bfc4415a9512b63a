"""A lookup function that takes its time: the socket is opening, and writes wait."""

import pynet
from connecting import looking, outgoing
from harness import listen, record, run, state, trace, where


def main():
    def connected(sock):
        record(sock, "S", "data end close")
        sock.on("end", lambda: server.close())

    def listening():
        def lookup(hostname, options, callback):
            def later():
                trace("C", "answering", state(client), client.bytes_written)
                callback(None, "127.0.0.1", 4)

            pynet.set_timeout(later, 30)

        client = outgoing(looking(where(server), lookup, {"auto_select_family": False}))
        client.end("waited")
        trace("C", "after connect", state(client))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
