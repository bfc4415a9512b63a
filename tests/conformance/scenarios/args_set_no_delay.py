"""setNoDelay() on a connected socket, as the system has it then."""

from descriptors import options
from harness import attempt, pair, run, trace


def main():
    rows = {
        "false": lambda sock: sock.set_no_delay(False),
        "nothing": lambda sock: sock.set_no_delay(),
        "false again": lambda sock: sock.set_no_delay(False),
        "true": lambda sock: sock.set_no_delay(True),
        "true again": lambda sock: sock.set_no_delay(True),
    }

    def connected(client, peer, server):
        trace("C", "fresh", options(client.fileno()))
        for label, change in rows.items():
            attempt("C", label, lambda change=change: change(client))
            trace("C", "now", options(client.fileno()))
        client.destroy()
        peer.destroy()

    pair({}, {}, connected)


run(main)
