"""Connecting again after destroy() with an error: nothing is left of it."""

from connecting import outgoing, serve
from harness import nowhere, run, trace


def main():
    def going(target, empty):
        def closed(had_error):
            trace("C", "closed", client.errored is not None)
            client.connect(target)
            trace("C", "again", client.errored, client.destroyed, client.closed, client.writable, client.readable)

        client = outgoing(empty)
        client.once("close", closed)

    serve(lambda target, server: nowhere(lambda empty: going(target, empty)))


run(main)
