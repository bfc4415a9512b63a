"""The state in each event of a connection that the client ends first."""

import pynet
from harness import connect, listen, run, state, trace


def main():
    def follow(sock, who):
        for event in "connect", "ready", "end", "prefinish", "finish", "close":
            sock.on(event, lambda *args, event=event: trace(who, event, state(sock)))
        sock.resume()

    def connected(sock):
        follow(sock, "S")
        server.close()

    def listening():
        client = connect(server, {})
        follow(client, "C")

        def ready():
            client.end()
            trace("C", "after end", state(client))

        client.on("ready", ready)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
