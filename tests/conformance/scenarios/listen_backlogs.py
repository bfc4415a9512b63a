"""Any backlog is taken: 0 and nothing are the default, the system limits large ones."""

import pynet
from harness import kind, place, run
from tables import outcomes


def main():
    options = {"port": 0, "host": "127.0.0.1"}
    rows = {
        "zero": {"backlog": 0},
        "one": {"backlog": 1},
        "large": {"backlog": 1000000},
        "none": {"backlog": None},
        "negative": {"backlog": -1},
    }
    paths = {label: {"path": place(f"{label}.sock")} for label in rows}
    rows = {label: {**(paths[label] if kind == "unix" else options), **row} for label, row in rows.items()}
    outcomes(rows, lambda row: pynet.create_server().listen(row))


run(main)
