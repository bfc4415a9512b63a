"""A lookup function that answers at once: the attempt is made before connect() returns."""

from connecting import looking, outgoing, serve
from harness import run, state, trace


def main():
    def serving(target, server):
        def lookup(hostname, options, callback):
            callback(None, "127.0.0.1", 4)
            trace("C", "after callback")

        client = outgoing(looking(target, lookup, {"auto_select_family": False}))
        trace("C", "after connect", state(client))

    serve(serving)


run(main)
