"""An address that does not answer, then one that refuses: Node's rule gives up."""

from connecting import named, outgoing, silent, tried
from harness import run, trace


def main():
    def ready(target, release):
        def closed(had_error):
            trace("C", "tried", tried(client))
            release()

        client = outgoing({**named(target, "127.0.0.1", "127.0.0.2"), "auto_select_family_attempt_timeout": 50})
        client.on("error", lambda err: trace("C", "code", err.code))
        client.on("close", closed)

    silent(ready)


run(main)
