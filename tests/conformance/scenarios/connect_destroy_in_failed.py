"""destroy() in 'connectionAttemptFailed' of a plain connection."""

import pynet
from connecting import EVENTS
from harness import nowhere, record, run


def main():
    def going(target):
        client = pynet.Socket()
        record(client, "C", EVENTS)
        client.on("connectionAttemptFailed", lambda ip, port, family, err: client.destroy())
        client.connect(target)

    nowhere(going)


run(main)
