"""Every kind of value as the option port of connect()."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "0": 0,
        "-0": -0.0,
        "65535": 65535,
        "text 0": "0",
        "text 80": "80",
        "text with blanks": " 80 ",
        "text with a sign": "+80",
        "hexadecimal": "0x50",
        "exponent": "1e2",
        "text -0": "-0",
        "-1": -1,
        "65536": 65536,
        "text 65536": "65536",
        "1.5": 1.5,
        "text 1.5": "1.5",
        "NaN": float("nan"),
        "infinite": float("inf"),
        "empty": "",
        "blank": " ",
        "digits and letters": "80abc",
        "text -1": "-1",
        "object": {},
        "list": [],
        "list of 80": [80],
        "function": lambda: None,
        "undefined": None,
    }
    table("main", rows, lambda port: pynet.connect({"port": port, "host": "127.0.0.1"}))
    table("Socket", rows, lambda port: pynet.Socket().connect({"port": port, "host": "127.0.0.1"}))


run(main)
