"""With a local address one address is wanted."""

import pynet
from connecting import looking, outgoing, tried
from harness import nowhere, run, trace


def main():
    def going(target):
        def lookup(hostname, options, callback):
            trace("C", "asked", options)
            pynet.set_immediate(callback, None, "127.0.0.2", 4)

        client = outgoing(looking(target, lookup, {"local_address": "127.0.0.1", "auto_select_family": True}))
        client.on("close", lambda had_error: trace("C", "tried", tried(client)))

    nowhere(going)


run(main)
