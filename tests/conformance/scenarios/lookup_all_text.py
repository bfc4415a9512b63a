"""All addresses are wanted, and the lookup function gives a text."""

import pynet
from connecting import outgoing
from harness import run, state, trace


def main():
    def lookup(hostname, options, callback):
        pynet.set_immediate(callback, None, "xyz", 4)

    client = outgoing({"port": 80, "host": "some.name", "lookup": lookup})
    pynet.set_timeout(lambda: trace("C", "later", state(client)), 50)


run(main)
