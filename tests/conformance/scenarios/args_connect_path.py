"""Every kind of value as the option path of connect()."""

import pynet
from harness import place, run
from tables import table


def main():
    rows = {"number": 5, "object": {}, "list": [], "function": lambda: None, "text": place("nobody.sock")}
    table("main", rows, lambda path: pynet.connect({"path": path}))
    table("Socket", rows, lambda path: pynet.Socket().connect({"path": path}))
    table("with a port", rows, lambda path: pynet.connect({"path": path, "port": 80}))


run(main)
