"""listen() at an address that this machine has not: EADDRNOTAVAIL, with the port only where one was asked for."""

import pynet
from harness import run
from tables import outcomes


def main():
    rows = {
        "any port": {"port": 0, "host": "203.0.113.1"},
        "a port": {"port": 45123, "host": "203.0.113.1"},
    }
    outcomes(rows, lambda options: pynet.create_server().listen(options))


run(main)
