"""A refused connection that nobody listens to: the error is uncaught, 'close' still comes."""

import pynet
from harness import nowhere, record, run


def main():
    def found(target):
        record(pynet.connect(target), "main/C", "close")

    nowhere(found)


run(main)
