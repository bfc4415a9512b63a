"""Hosts that only look like addresses are looked up, and not found."""

import pynet
from harness import run
from tables import outcomes


def main():
    hosts = {
        "blank": " ",
        "address with a blank": "127.0.0.1 ",
        "brackets": "[::1]",
        "no address": "256.1.1.1",
    }
    outcomes(hosts, lambda host: pynet.connect({"port": 80, "host": host}))


run(main)
