"""A refused attempt: 'connectionAttemptFailed' with the error, before 'error'."""

import pynet
from harness import nowhere, record, run


def main():
    def found(target):
        client = pynet.Socket()
        record(client, "C", "connectionAttempt connectionAttemptFailed error close")
        client.connect(target)

    nowhere(found)


run(main)
