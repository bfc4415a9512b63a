"""A connection: 'connect' to the listeners in the order they were added, then 'ready', with the states."""

import pynet
from harness import connect, listen, record, run, state, trace


def main():
    def connected(sock):
        sock.resume()
        server.close()

    def listening():
        client = connect(server, {}, lambda: trace("C", "connect listener", state(client)))
        trace("C", "after connect", state(client))
        client.on("connect", lambda: trace("C", "second listener"))
        record(client, "C", "lookup connect ready close")

        def ready():
            trace("C", "state", state(client))
            client.end()

        client.on("ready", ready)
        client.resume()

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
