"""Options of listen() that say nothing of where."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "empty": {},
        "host": {"host": "127.0.0.1"},
        "backlog": {"backlog": 5},
        "exclusive": {"exclusive": True},
        "fd -1": {"fd": -1},
        "fd NaN": {"fd": float("nan")},
        "reusePort": {"reuse_port": True},
        "unknown": {"colour": "red"},
    }
    table("main", rows, lambda options: pynet.create_server().listen(options))


run(main)
