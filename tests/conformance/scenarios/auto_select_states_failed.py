"""The states in the events of a connection that fails at all addresses."""

import pynet
from connecting import named, states
from harness import nowhere, run


def main():
    def going(target):
        client = pynet.Socket()
        states(client, "C", "lookup connectionAttempt connectionAttemptFailed error close")
        client.connect(named(target, "127.0.0.2", "127.0.0.1"))
        client.end()

    nowhere(going)


run(main)
