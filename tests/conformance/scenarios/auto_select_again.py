"""Connecting again after all addresses failed: what was tried is forgotten."""

from connecting import named, outgoing, tried
from harness import nowhere, run, trace


def main():
    def going(target):
        def first(had_error):
            client.connect(named(target, "127.0.0.3", "127.0.0.4"))
            trace("C", "again", tried(client))
            client.once("close", second)

        def second(had_error):
            trace("C", "tried", tried(client))
            client.connect(target)
            client.once("close", lambda had_error: trace("C", "at last", tried(client)))

        client = outgoing(named(target, "127.0.0.2", "127.0.0.1"))
        client.once("close", first)

    nowhere(going)


run(main)
