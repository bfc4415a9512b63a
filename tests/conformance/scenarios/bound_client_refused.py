"""A BoundSocket whose connection is refused, and one of the other family."""

import pynet
from connecting import EVENTS
from harness import nowhere, record, run


def main():
    def going(target):
        first = pynet.connect({**target, "handle": pynet.BoundSocket({"host": "127.0.0.1"})})
        record(first, "C1", EVENTS)
        bound = pynet.BoundSocket({"host": "127.0.0.1"})
        second = pynet.connect({"port": target["port"], "host": "::1", "handle": bound})
        record(second, "C2", EVENTS)

    nowhere(going)


run(main)
