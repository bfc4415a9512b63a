"""The first address refuses, the second works: no 'error'."""

from connecting import named, outgoing, serve, tried
from harness import run, trace


def main():
    def serving(target, server):
        client = outgoing(named(target, "127.0.0.2", "127.0.0.1"))
        client.on("connect", lambda: trace("C", "tried", tried(client), client.remote_address, client.local_address))
        client.on("close", lambda had_error: trace("C", "tried", tried(client), client.errored))

    serve(serving)


run(main)
