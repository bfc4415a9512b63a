"""Every kind of value as the option lookup of connect() to a name."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "undefined": None,
        "number": 5,
        "text": "x",
        "object": {},
        "list": [],
        "function": lambda hostname, options, callback: None,
    }
    table("main", rows, lambda lookup: pynet.connect({"port": 80, "host": "nowhere.invalid", "lookup": lookup}))
    table(
        "Socket", rows, lambda lookup: pynet.Socket().connect({"port": 80, "host": "nowhere.invalid", "lookup": lookup})
    )


run(main)
