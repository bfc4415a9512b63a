"""A BoundSocket and a name: no automatic selection."""

import pynet
from connecting import looking, outgoing, serve, tried
from harness import run, trace


def main():
    def serving(target, server):
        def lookup(hostname, options, callback):
            trace("C", "asked", options)
            pynet.next_tick(callback, None, "127.0.0.1", 4)

        bound = pynet.BoundSocket({"host": "127.0.0.1"})
        client = outgoing({**looking(target, lookup), "handle": bound})
        client.on("close", lambda had_error: trace("C", "tried", tried(client)))

    serve(serving)


run(main)
