"""Of all that a lookup function gives, what is no address is left out; with one left it is a plain connection."""

import pynet
from connecting import looking, outgoing, serve, tried
from harness import run, trace


def main():
    def serving(target, server):
        every = [("x", 4), ("127.0.0.1", 4), ("::1", 7)]

        def lookup(hostname, options, callback):
            pynet.set_immediate(callback, None, every)

        client = outgoing(looking(target, lookup))
        client.on("close", lambda had_error: trace("C", "tried", tried(client)))

    serve(serving)


run(main)
