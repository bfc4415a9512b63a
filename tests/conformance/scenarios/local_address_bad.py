"""A local address that is none raises at once."""

import pynet
from harness import attempt, run


def main():
    for address in "localhost", "999.1.1.1", "127.0.0.1:80", "[::1]":
        given = {"port": 80, "host": "127.0.0.1", "local_address": address}
        attempt("main", address, lambda given=given: pynet.connect(given))


run(main)
