"""An address that comes in two spellings."""

from connecting import named, outgoing, serve, tried
from harness import run, trace


def main():
    def serving(target, server):
        client = outgoing(named(target, "::ffff:127.0.0.1", "::FFFF:127.0.0.1"))
        client.on("connect", lambda: trace("C", "tried", tried(client)))

    serve(serving)


run(main)
