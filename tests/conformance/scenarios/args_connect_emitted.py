"""What connect() only finds when it comes to it is an error event."""

import pynet
from harness import nowhere, run
from tables import outcomes


def main():
    def start(target):
        rows = {
            "local address of another family": {**target, "local_address": "::1"},
            "local address of nobody": {**target, "local_address": "203.0.113.1"},
            "nobody there": target,
            "empty path": {"path": "", "port": target["port"], "host": "127.0.0.1"},
        }
        outcomes(rows, lambda options: pynet.connect(options))

    nowhere(start)


run(main)
