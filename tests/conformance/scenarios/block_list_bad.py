"""A block list that is none raises at once."""

import pynet
from harness import attempt, run


def main():
    for value in 5, "x", {}, ["127.0.0.1"]:
        given = {"port": 80, "host": "127.0.0.1", "block_list": value}
        attempt("main", "connect", lambda given=given: pynet.connect(given))
        attempt("main", "socket", lambda value=value: pynet.Socket({"block_list": value}))


run(main)
