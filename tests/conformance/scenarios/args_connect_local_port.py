"""Every kind of value as the option localPort of connect()."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "undefined": None,
        "0": 0,
        "text": "80",
        "word": "x",
        "object": {},
        "list": [],
        "function": lambda: None,
    }
    table("main", rows, lambda port: pynet.connect({"port": 80, "host": "127.0.0.1", "local_port": port}))
    table("Socket", rows, lambda port: pynet.Socket().connect({"port": 80, "host": "127.0.0.1", "local_port": port}))


run(main)
