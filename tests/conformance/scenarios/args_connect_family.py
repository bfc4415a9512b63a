"""Every kind of value as the option family of connect() to a name."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "undefined": None,
        "0": 0,
        "4": 4,
        "6": 6,
        "IPv4": "IPv4",
        "IPv6": "IPv6",
        "5": 5,
        "-1": -1,
        "46": 46,
        "ipv4": "ipv4",
        "text 4": "4",
        "NaN": float("nan"),
        "object": {},
        "list": [4],
    }
    table("main", rows, lambda family: pynet.connect({"port": 80, "host": "localhost", "family": family}))
    table("Socket", rows, lambda family: pynet.Socket().connect({"port": 80, "host": "localhost", "family": family}))


run(main)
