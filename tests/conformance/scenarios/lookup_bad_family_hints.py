"""A wrong `family` or wrong `hints` raise at once when a name has to be looked up."""

import pynet
from harness import attempt, run


def main():
    for family in 5, -1, "4", {}:
        attempt("main", "family", lambda family=family: pynet.connect(port=80, host="localhost", family=family))
    for hints in 1, 1024, -1, "x", {}:
        attempt("main", "hints", lambda hints=hints: pynet.connect(port=80, host="localhost", hints=hints))


run(main)
