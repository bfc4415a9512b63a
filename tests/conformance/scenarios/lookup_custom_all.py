"""By default a custom lookup function is asked for all addresses; 'lookup' comes for each."""

import pynet
from connecting import looking, outgoing, serve, states, tried
from harness import run, trace


def main():
    def serving(target, server):
        def lookup(hostname, options, callback):
            trace("C", "asked", hostname, options)
            every = [{"address": "127.0.0.1", "family": 4}, {"address": "::1", "family": 6}]
            pynet.set_immediate(callback, None, every)

        client = outgoing(looking(target, lookup))
        states(client, "C", "lookup connectionAttempt")
        client.on("connect", lambda: trace("C", "tried", tried(client)))

    serve(serving)


run(main)
