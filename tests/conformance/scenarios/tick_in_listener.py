"""Ticks run after all listeners of an event that the loop emits, before the next event."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def connected(sock):
        sock.end()
        sock.resume()
        server.close()

    def listening():
        client = connect(server, {})

        def first():
            trace("C", "first listener")
            pynet.next_tick(lambda: trace("C", "tick"))

        client.on("connect", first)
        client.on("connect", lambda: trace("C", "second listener"))
        client.on("ready", lambda: trace("C", "ready"))
        record(client, "C", "end close")
        client.resume()

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
