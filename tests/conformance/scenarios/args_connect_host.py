"""Every kind of value as the option host of connect()."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "undefined": None,
        "number": 1,
        "object": {},
        "list": [],
        "function": lambda: None,
        "NUL inside": "a\0b",
        "NUL at the end": "127.0.0.1\0",
        "address": "127.0.0.1",
    }
    table("main", rows, lambda host: pynet.connect({"port": 80, "host": host}))
    table("Socket", rows, lambda host: pynet.Socket().connect({"port": 80, "host": host}))
    table("place", {"NUL inside": "a\0b", "address": "127.0.0.1"}, lambda host: pynet.connect(80, host))


run(main)
