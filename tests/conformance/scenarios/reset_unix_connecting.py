"""resetAndDestroy() of a unix socket that connects raises at once."""

from connecting import outgoing, serve
from harness import attempt, run, state, trace


def main():
    def serving(target, server):
        client = outgoing(target)
        attempt("C", "reset", client.reset_and_destroy)
        trace("C", "after", state(client))

    serve(serving)


run(main)
