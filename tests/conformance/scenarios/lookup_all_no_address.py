"""All addresses are wanted, and none of what the lookup function gives is one."""

import pynet
from connecting import outgoing, tried
from harness import run, state, trace


def main():
    lists = (
        ("one", [("x", 4)]),
        ("two", [("x", 4), ("y", 6)]),
        ("family", [("127.0.0.1", 9)]),
        ("families", [("127.0.0.1", 9), ("::1", 8)]),
    )
    for label, every in lists:

        def lookup(hostname, options, callback, every=every):
            pynet.set_immediate(callback, None, every)

        client = outgoing({"port": 80, "host": "some.name", "lookup": lookup}, label)
        client.on("close", lambda had_error, at=label, client=client: trace(at, "state", state(client), tried(client)))


run(main)
