"""finished() of a socket whose connection is refused."""

import pynet
from harness import nowhere, record, run, trace


def main():
    def found(target):
        client = pynet.connect(target)
        record(client, "C", "finish end")
        pynet.finished(client, lambda err: trace("C", "finished", err.code))
        record(client, "C", "close")
        client.end("unsent")

    nowhere(found)


run(main)
