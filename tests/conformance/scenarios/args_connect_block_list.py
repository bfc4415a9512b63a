"""Every kind of value as the option blockList of connect(), Socket() and createServer()."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "undefined": None,
        "a list": pynet.BlockList(),
        "number": 5,
        "text": "x",
        "object": {},
        "array": ["127.0.0.1"],
        "class": pynet.BlockList,
    }
    table("connect", rows, lambda value: pynet.connect({"port": 80, "host": "127.0.0.1", "block_list": value}))
    table("Socket", rows, lambda value: pynet.Socket({"block_list": value}))
    table("createServer", rows, lambda value: pynet.create_server({"block_list": value}))


run(main)
