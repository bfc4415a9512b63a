"""A lookup that is no function raises at once when a name has to be looked up."""

import pynet
from harness import attempt, run


def main():
    for lookup in 5, "x", {}, True:
        given = {"port": 80, "host": "some.name", "lookup": lookup}
        attempt("main", "lookup", lambda given=given: pynet.connect(given))


run(main)
