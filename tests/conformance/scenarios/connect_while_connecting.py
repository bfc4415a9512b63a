"""connect() while connecting: an error, and the end of it."""

from connecting import outgoing, serve, states
from harness import attempt, run, state, trace


def main():
    def serving(target, server):
        client = outgoing(target)
        attempt("C", "again", lambda: client.connect(target))
        trace("C", "after", state(client))
        states(client, "C", "error close")
        client.on("close", lambda had_error: server.close())

    serve(serving)


run(main)
