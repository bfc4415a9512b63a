"""A BoundSocket knows its address: localAddress and localPort beside it raise."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "localAddress": {"local_address": "127.0.0.1"},
        "localPort": {"local_port": 5},
        "both": {"local_address": "127.0.0.1", "local_port": 5},
    }

    def connect_bound(row):
        bound = pynet.BoundSocket({"host": "127.0.0.1"})
        return pynet.connect({"port": 80, "host": "127.0.0.1", "handle": bound, **row})

    table("main", rows, connect_bound)


run(main)
