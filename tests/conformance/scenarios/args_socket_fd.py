"""Every kind of value as the option fd of Socket() that is no descriptor of a stream."""

import os

import pynet
from harness import run
from tables import table


def main():
    with open("plain", "w") as file:
        file.write("x")
    file = os.open("plain", os.O_RDWR)
    rows = {
        "-1": -1,
        "too large": 2**31,
        "1.5": 1.5,
        "NaN": float("nan"),
        "text": "1",
        "object": {},
        "not open": 9999,
        "a file": file,
    }
    table("main", rows, lambda fd: pynet.Socket({"fd": fd}))


run(main)
