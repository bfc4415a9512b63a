"""A name that does not resolve: 'lookup' with the error, 'error', 'close'."""

import pynet
from harness import record, run


def main():
    client = pynet.connect({"port": 80, "host": "256.1.1.1"})
    record(client, "C", "lookup connect error close")


run(main)
