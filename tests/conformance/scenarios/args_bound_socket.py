"""Wrong options of BoundSocket()."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "nothing": None,
        "empty": {},
        "port text": {"port": "0"},
        "port -1": {"port": -1},
        "port 65536": {"port": 65536},
        "port word": {"port": "x"},
        "port 1.5": {"port": 1.5},
        "host name": {"host": "localhost"},
        "host empty": {"host": ""},
        "host number": {"host": 5},
        "path and port": {"path": "s.sock", "port": 0},
        "path and host": {"path": "s.sock", "host": "127.0.0.1"},
        "path and ipv6Only": {"path": "s.sock", "ipv6_only": True},
        "path and reusePort": {"path": "s.sock", "reuse_port": True},
        "path number": {"path": 5},
    }
    table("main", rows, lambda options: pynet.BoundSocket(options).close())


run(main)
