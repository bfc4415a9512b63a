"""BoundSocket: what each wrong option raises, and which of two is told."""

import pynet
from harness import attempt, run

CASES = [
    {"host": ""},
    {"host": "localhost"},
    {"host": "127.1"},
    {"host": "a\0b"},
    {"host": 5},
    {"host": True},
    {"host": {}},
    {"port": "80a"},
    {"port": ""},
    {"port": -1},
    {"port": 65536},
    {"port": 1.5},
    {"port": True},
    {"port": {}},
    {"ipv6Only": 1},
    {"ipv6Only": "x"},
    {"reusePort": 0},
    {"reusePort": {}},
    {"path": 5},
    {"path": True},
    {"path": {}},
    {"path": "p", "host": "127.0.0.1"},
    {"path": "p", "port": 0},
    {"path": "p", "ipv6Only": False},
    {"path": "p", "reusePort": False},
    {"path": 5, "port": 0},
    {"path": "p", "port": "x"},
    {"port": "x", "host": 5},
    {"port": "x", "ipv6Only": 5},
    {"ipv6Only": 5, "host": 5},
    {"reusePort": 5, "host": "x"},
]
GOOD = [
    {"port": "0"},
    {"port": None},
    {"port": "0x0"},
    {"host": None},
    {"ipv6Only": None},
    {"host": "127.0.0.1", "ipv6Only": True},
]


def main():
    for options in CASES:
        attempt("main", " ".join(options), lambda options=options: pynet.BoundSocket(options))
    for options in (5, "x", [], True):
        attempt("main", "no options", lambda options=options: pynet.BoundSocket(options))
    for options in GOOD:
        attempt("main", "good " + " ".join(options), lambda options=options: pynet.BoundSocket(options).close())


run(main)
