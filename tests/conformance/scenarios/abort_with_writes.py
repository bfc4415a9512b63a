"""A signal that is aborted while writes are waiting: all are answered."""

import pynet
from connecting import outgoing
from harness import answer, nowhere, run


def main():
    def going(target):
        client = outgoing({**target, "signal": controller.signal})
        client.write("one", answer("C", "one"))
        client.write("two", answer("C", "two"))
        client.end(answer("C", "end"))
        controller.abort()

    controller = pynet.AbortController()
    nowhere(going)


run(main)
