"""Every kind of value as the option host of listen()."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "undefined": None,
        "empty": "",
        "address": "127.0.0.1",
        "number": 5,
        "object": {},
        "list": ["x"],
        "function": lambda: None,
    }
    table("main", rows, lambda host: pynet.create_server().listen({"port": 0, "host": host}))


run(main)
