"""Without automatic selection a custom lookup function is asked for one address: what it gets, and the events."""

import pynet
from connecting import looking, outgoing, serve, states, tried
from harness import run, state, trace


def main():
    def serving(target, server):
        def lookup(hostname, options, callback):
            trace("C", "asked", hostname, options)
            pynet.set_immediate(callback, None, "127.0.0.1", 4)

        client = outgoing(looking(target, lookup, {"auto_select_family": False}))
        trace("C", "after connect", state(client))
        states(client, "C", "lookup connectionAttempt")
        client.on("close", lambda had_error: trace("C", "tried", tried(client)))

    serve(serving)


run(main)
