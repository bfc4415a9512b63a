"""A lookup function that gives an error at once: nothing is emitted before connect() returns but 'lookup'."""

import pynet
from connecting import outgoing
from harness import run, state, trace


def main():
    def failing(hostname, options, callback):
        callback(Exception("no such name"))

    for who, auto in ("Cfalse", False), ("Ctrue", True):
        client = outgoing({"port": 80, "host": "some.name", "lookup": failing, "auto_select_family": auto}, who)
        trace(who, "after connect", state(client))
        pynet.next_tick(lambda client=client, who=who: trace(who, "tick", state(client)))


run(main)
