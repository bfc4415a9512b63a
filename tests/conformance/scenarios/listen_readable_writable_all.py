"""readableAll and writableAll, and what becomes of the mode of the path."""

import os

import pynet
from harness import record, run, trace


def main():
    os.umask(0o022)
    rows = {
        "neither": {"readable_all": False, "writable_all": False},
        "readable": {"readable_all": True},
        "writable": {"writable_all": True},
        "both": {"readable_all": True, "writable_all": True},
    }

    def start(i, label, options):
        server = pynet.create_server()
        record(server, label, "listening error close")
        server.listen({"path": f"{i}.sock", **options}, lambda: server.close())
        trace(label, "mode", f"{os.stat(f'{i}.sock').st_mode & 0o777:o}")

    for i, (label, options) in enumerate(rows.items()):
        start(i, label, options)


run(main)
