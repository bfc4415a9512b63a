"""The states in the events of a connection that is refused."""

import pynet
from connecting import states
from harness import nowhere, run, state, trace


def main():
    def going(target):
        client = pynet.Socket()
        states(client, "C", "connectionAttempt connectionAttemptFailed error close")
        client.connect(target)
        trace("C", "after connect", state(client))

    nowhere(going)


run(main)
