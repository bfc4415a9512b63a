"""setTypeOfService() before and after connecting, and what getTypeOfService() says."""

import pynet
from harness import attempt, pair, run, trace


def main():
    rows = {"0": 0, "16": 16, "252": 252, "256": 256, "-1": -1, "1.5": 1.5, "text": "1", "object": {}}

    def show(who, sock):
        for label, tos in rows.items():
            attempt(who, label, lambda tos=tos: sock.set_type_of_service(tos))
            trace(who, "now", sock.get_type_of_service())

    def connected(client, peer, server):
        trace("C", "returns itself", client.set_type_of_service(8) is client)
        show("C", client)
        client.destroy()
        peer.destroy()
        trace("C", "destroyed", client.get_type_of_service())

    show("fresh", pynet.Socket())
    pair({}, {}, connected)


run(main)
