"""Ticks between the 'error' and the 'close' of a refused connection."""

import pynet
from harness import nowhere, record, run, trace


def main():
    def found(target):
        client = pynet.connect(target)

        def failed(err):
            trace("C", "error")
            pynet.next_tick(lambda: trace("C", "tick of error"))
            pynet.set_immediate(lambda: trace("C", "immediate of error"))

        client.on("error", failed)
        record(client, "C", "close")

    nowhere(found)


run(main)
