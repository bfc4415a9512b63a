"""Every kind of value as the first argument of connect()."""

import pynet
from harness import attempt, run
from tables import table


def main():
    rows = {
        "0": 0,
        "text 0": "0",
        "text with blanks": " 80 ",
        "hexadecimal": "0x50",
        "-1": -1,
        "65536": 65536,
        "text 65536": "65536",
        "1.5": 1.5,
        "text 1.5": "1.5",
        "NaN": float("nan"),
        "infinite": float("inf"),
        "empty": "",
        "blank": " ",
        "empty options": {},
        "host alone": {"host": "127.0.0.1"},
        "path undefined": {"path": None},
        "undefined": None,
    }
    table("main", rows, lambda first: pynet.connect(first))
    table("Socket", rows, lambda first: pynet.Socket().connect(first))
    attempt("main", "nothing", lambda: pynet.connect())
    attempt("Socket", "nothing", lambda: pynet.Socket().connect())


run(main)
