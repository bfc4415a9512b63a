"""A lookup function that gives an error, and then, when the socket is closed, an address."""

import pynet
from connecting import outgoing
from harness import run, state, trace


def main():
    def lookup(hostname, options, callback):
        def later():
            callback(None, "127.0.0.1", 4)
            trace("C", "later", state(client))

        def soon():
            callback(Exception("first"))
            pynet.set_timeout(later, 30)

        pynet.set_immediate(soon)

    client = outgoing({"port": 80, "host": "some.name", "lookup": lookup})


run(main)
