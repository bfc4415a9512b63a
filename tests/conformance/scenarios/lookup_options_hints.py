"""What a lookup function is told of `hints`; the constants."""

import pynet
from harness import run, trace


def main():
    def lookup(hostname, options, callback):
        trace("C", "asked", options)
        callback(Exception("enough"))

    trace("C", "constants", int(pynet.ADDRCONFIG), int(pynet.V4MAPPED), int(pynet.ALL))
    for hints in None, 0, pynet.ADDRCONFIG, pynet.V4MAPPED | pynet.ALL:
        given = {"port": 80, "host": "some.name", "lookup": lookup, "hints": hints}
        pynet.connect(given).on("error", lambda err: None)
        pynet.connect({**given, "family": 4}).on("error", lambda err: None)


run(main)
