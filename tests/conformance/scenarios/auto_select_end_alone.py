"""end() without data before the connection, which comes about at the second address."""

from connecting import named, outgoing, serve, states
from harness import answer, run, state, trace


def main():
    def serving(target, server):
        client = outgoing(named(target, "127.0.0.2", "127.0.0.1"))
        client.end(answer("C", "ended"))
        trace("C", "after end", state(client))
        states(client, "C", "connectionAttemptFailed connect ready")

    serve(serving)


run(main)
