"""Every kind of value as the option hints of connect() to a name."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "undefined": None,
        "0": 0,
        "ADDRCONFIG": pynet.ADDRCONFIG,
        "V4MAPPED": pynet.V4MAPPED,
        "ALL": pynet.ALL,
        "all three": pynet.ADDRCONFIG | pynet.ALL | pynet.V4MAPPED,
        "1": 1,
        "1024": 1024,
        "-1": -1,
        "text": "x",
        "object": {},
        "list": [],
    }
    table("main", rows, lambda hints: pynet.connect({"port": 80, "host": "localhost", "hints": hints}))
    table("Socket", rows, lambda hints: pynet.Socket().connect({"port": 80, "host": "localhost", "hints": hints}))


run(main)
