"""One address is wanted, and the lookup function gives a family that is none."""

import pynet
from connecting import outgoing
from harness import run, state, trace


def main():
    for label, family in ("9", 9), ("0", 0), ("text", "IPv4"):

        def lookup(hostname, options, callback, family=family):
            pynet.set_immediate(callback, None, "127.0.0.1", family)

        client = outgoing({"port": 80, "host": "some.name", "lookup": lookup, "auto_select_family": False}, label)
        client.on("close", lambda had_error, label=label, client=client: trace(label, "state", state(client)))


run(main)
