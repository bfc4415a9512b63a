"""A local port of another type raises at once."""

import pynet
from harness import attempt, run


def main():
    for port in "80", "x", True, {}:
        given = {"port": 80, "host": "127.0.0.1", "local_port": port}
        attempt("main", "local port", lambda given=given: pynet.connect(given))


run(main)
