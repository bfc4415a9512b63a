"""setKeepAlive() in its forms, on a connected socket, as the system has it then."""

from descriptors import options
from harness import attempt, pair, run, trace


def main():
    rows = {
        "nothing": lambda sock: sock.set_keep_alive(),
        "true": lambda sock: sock.set_keep_alive(True),
        "true, 999": lambda sock: sock.set_keep_alive(True, 999),
        "true, 1500": lambda sock: sock.set_keep_alive(True, 1500),
        "true, all": lambda sock: sock.set_keep_alive(True, 4000, 2000, 3),
        "options": lambda sock: sock.set_keep_alive(
            {"enable": True, "initial_delay": 5000, "interval": 3000, "count": 4}
        ),
        "options, some": lambda sock: sock.set_keep_alive({"enable": True, "initial_delay": 5000}),
        "off": lambda sock: sock.set_keep_alive(False),
        "options, empty": lambda sock: sock.set_keep_alive({}),
        "again": lambda sock: sock.set_keep_alive(True, 2000),
    }

    def connected(client, peer, server):
        for label, change in rows.items():
            attempt("C", label, lambda change=change: change(client))
            trace("C", "now", options(client.fileno()))
        client.destroy()
        peer.destroy()

    pair({}, {}, connected)


run(main)
