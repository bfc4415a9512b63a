"""A corked socket whose connection is refused: the callbacks of what was held back get an error."""

import pynet
from harness import answer, nowhere, record, run, trace
from writing import queue


def main():
    def found(target):
        client = pynet.connect(target)
        client.on("error", lambda err: trace("C", "error", err.code, queue(client)))
        record(client, "C", "finish close")
        client.cork()
        client.write("one", lambda err: trace("C", "first callback", err.code))
        client.write("two", lambda err: trace("C", "second callback", err.code))

        def closed(had_error):
            client.uncork()
            client.write("late", answer("C", "late callback"))

        client.on("close", closed)

    nowhere(found)


run(main)
