"""One address is wanted, and the lookup function gives something that is none."""

import pynet
from connecting import outgoing
from harness import run, state, trace


def main():
    results = ("text", "x", 4), ("empty", "", 4), ("dots", "1.2.3", 4), ("number", 5, 4), ("nothing", None, None)
    for label, address, family in results:

        def lookup(hostname, options, callback, address=address, family=family):
            pynet.set_immediate(callback, None, address, family)

        client = outgoing({"port": 80, "host": "some.name", "lookup": lookup, "auto_select_family": False}, label)
        client.on("close", lambda had_error, label=label, client=client: trace(label, "state", state(client)))


run(main)
