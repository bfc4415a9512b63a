"""Two addresses refuse, the third works, the fourth is left alone."""

from connecting import named, outgoing, serve, tried
from harness import run, trace


def main():
    def serving(target, server):
        client = outgoing(named(target, "127.0.0.2", "127.0.0.3", "127.0.0.1", "127.0.0.4"))
        client.on("connect", lambda: trace("C", "tried", tried(client)))

    serve(serving)


run(main)
