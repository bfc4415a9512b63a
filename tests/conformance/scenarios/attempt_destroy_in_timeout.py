"""destroy() in 'connectionAttemptTimeout'."""

from connecting import named, outgoing, silent, tried
from harness import run, trace


def main():
    def ready(target, release):
        def closed(had_error):
            trace("C", "tried", tried(client))
            release()

        client = outgoing({**named(target, "127.0.0.1", "127.0.0.2"), "auto_select_family_attempt_timeout": 30})
        client.on("connectionAttemptTimeout", lambda ip, port, family: client.destroy())
        client.on("close", closed)

    silent(ready)


run(main)
