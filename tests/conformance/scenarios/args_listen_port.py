"""Every kind of value as the port of listen(), as an option and in the first place."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "0": 0,
        "-0": -0.0,
        "text 0": "0",
        "text with blanks": " 0 ",
        "hexadecimal": "0x0",
        "exponent": "0e5",
        "-1": -1,
        "65536": 65536,
        "text 65536": "65536",
        "1.5": 1.5,
        "text 1.5": "1.5",
        "NaN": float("nan"),
        "infinite": float("inf"),
        "empty": "",
        "blank": " ",
        "undefined": None,
        "null": None,
    }
    options = {**rows, "digits and letters": "80abc", "text -1": "-1"}
    table("option", options, lambda port: pynet.create_server().listen({"port": port}))
    table("first", rows, lambda port: pynet.create_server().listen(port))
    table("first, host", rows, lambda port: pynet.create_server().listen(port, "127.0.0.1"))


run(main)
