"""What has been tried so far, in each event."""

import pynet
from connecting import named, tried
from harness import nowhere, run, trace


def main():
    def going(target):
        client = pynet.Socket()
        trace("C", "fresh", tried(client))
        client.on("lookup", lambda err, address, family, host: trace("C", "lookup", tried(client)))
        client.on("connectionAttempt", lambda ip, port, family: trace("C", "attempt", ip, tried(client)))
        client.on("connectionAttemptFailed", lambda ip, port, family, err: trace("C", "failed", ip, tried(client)))
        client.on("error", lambda err: trace("C", "error", tried(client)))
        client.connect(named(target, "127.0.0.1", "127.0.0.2"))
        trace("C", "after connect", tried(client))

    nowhere(going)


run(main)
