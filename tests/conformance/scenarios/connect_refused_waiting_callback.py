"""A refused connection, the first write with a callback: the error of each waiting callback."""

import pynet
from harness import answer, nowhere, record, run, trace


def main():
    def going(empty):
        client = pynet.connect(empty)
        record(client, "C", "error close")
        client.write("one", callback=answer("C", "one"))
        client.write("two", callback=answer("C", "two"))
        client.write("", callback=answer("C", "empty"))
        client.end("three", callback=answer("C", "end callback"))
        trace("C", "length", client.writable_length)

    nowhere(going)


run(main)
