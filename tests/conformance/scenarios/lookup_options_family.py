"""What a lookup function is told of `family`; with 4 or 6 one address is wanted."""

import pynet
from harness import run, trace


def main():
    def lookup(hostname, options, callback):
        trace("C", "asked", hostname, options)
        callback(Exception("enough"))

    for family in None, 0, 4, 6:
        trace("C", "family", family)
        given = {"port": 80, "host": "some.name", "lookup": lookup, "family": family}
        pynet.connect(given).on("error", lambda err: None)
        pynet.connect({**given, "auto_select_family": False}).on("error", lambda err: None)


run(main)
