"""listen() at an address that this machine has not: EADDRNOTAVAIL, with the port only where one was asked for."""

import pynet
from harness import nowhere, run
from tables import outcomes


def main():
    def start(target):
        rows = {
            "any port": {"port": 0, "host": "203.0.113.1"},
            "a port": {"port": target["port"], "host": "203.0.113.1"},
        }
        outcomes(rows, lambda options: pynet.create_server().listen(options))

    nowhere(start)


run(main)
