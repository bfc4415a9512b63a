"""Ticks set in each event of a whole life, on both sides."""

import pynet
from harness import connect, listen, run, trace


def main():
    def follow(sock, who):
        def heard(event):
            trace(who, event)
            pynet.next_tick(lambda: trace(who, f"tick of {event}"))

        for event in "connect", "ready", "end", "prefinish", "finish", "close":
            sock.on(event, lambda *args, event=event: heard(event))
        sock.resume()

    def connected(sock):
        follow(sock, "S")
        server.close()

    def listening():
        client = connect(server, {})
        follow(client, "C")
        client.on("ready", lambda: client.end("x"))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
