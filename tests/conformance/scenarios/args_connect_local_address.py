"""Every kind of value as the option localAddress of connect()."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "undefined": None,
        "empty": "",
        "address": "127.0.0.1",
        "IPv6": "::1",
        "name": "localhost",
        "no address": "999.1.1.1",
        "with a port": "127.0.0.1:80",
        "blank": " ",
    }
    table("main", rows, lambda address: pynet.connect({"port": 80, "host": "127.0.0.1", "local_address": address}))
    table(
        "Socket",
        rows,
        lambda address: pynet.Socket().connect({"port": 80, "host": "127.0.0.1", "local_address": address}),
    )


run(main)
