"""Every kind of value as the option timeout of connect()."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "undefined": None,
        "0": 0,
        "5": 5,
        "1.5": 1.5,
        "-1": -1,
        "infinite": float("inf"),
        "text": "5",
        "object": {},
        "list": [],
    }
    table("main", rows, lambda timeout: pynet.connect({"port": 80, "host": "127.0.0.1", "timeout": timeout}))


run(main)
