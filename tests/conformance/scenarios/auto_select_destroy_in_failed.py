"""destroy() in the first and in the last 'connectionAttemptFailed'."""

from connecting import named, outgoing, tried
from harness import nowhere, run, trace


def main():
    def going(target):
        for who, at in ("C1", "127.0.0.2"), ("C2", "127.0.0.4"):
            client = outgoing(named(target, "127.0.0.2", "127.0.0.3", "127.0.0.4"), who)

            def failed(ip, port, family, err, client=client, at=at):
                if ip == at:
                    client.destroy()

            client.on("connectionAttemptFailed", failed)
            client.on("close", lambda had_error, who=who, client=client: trace(who, "tried", tried(client)))

    nowhere(going)


run(main)
