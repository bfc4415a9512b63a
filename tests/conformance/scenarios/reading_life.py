"""The flags of the reading half through a life, with what a listener sees at each event."""

import pynet
from harness import connect, listen, run, trace
from reading import flags, flow


def main():
    def connected(sock):
        sock.end("all there is")
        server.close()

    def listening():
        client = connect(server, {})
        trace("C", "connecting", flags(client))
        for event in ("connect", "data", "end", "finish", "close"):
            client.on(event, lambda *args, event=event: trace("C", event, flags(client), flow(client)))

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
