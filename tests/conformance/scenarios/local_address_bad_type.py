"""A local address of another type raises at once."""

import pynet
from harness import attempt, run


def main():
    for address in 5, {}, True:
        given = {"port": 80, "host": "127.0.0.1", "local_address": address}
        attempt("main", "local address", lambda given=given: pynet.connect(given))


run(main)
