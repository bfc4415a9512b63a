"""One address that comes twice is a plain connection."""

from connecting import named, outgoing, tried
from harness import nowhere, run, trace


def main():
    def going(target):
        client = outgoing(named(target, "127.0.0.1", "127.0.0.1"))
        client.on("close", lambda had_error: trace("C", "tried", tried(client)))

    nowhere(going)


run(main)
