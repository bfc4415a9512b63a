"""A refused connection answers the queued writes and end() after 'close'."""

import pynet
from harness import answer, nowhere, record, run


def main():
    def found(target):
        client = pynet.connect(target)
        record(client, "C", "connect error prefinish finish close")
        client.write("one", answer("C", "first write"))
        client.write("two", answer("C", "second write"))
        client.end(answer("C", "end"))

    nowhere(found)


run(main)
