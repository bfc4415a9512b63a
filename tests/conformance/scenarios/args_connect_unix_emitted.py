"""Paths where nobody can be: error events."""

import os

import pynet
from harness import attempt, note, run, trace


def main():
    with open("plain", "w") as file:
        file.write("x")
    os.mkdir("folder")

    def start(label, path):
        sock = pynet.connect({"path": path})
        sock.on("error", lambda err: trace(label, "error", err.code, err.syscall, err.address == path))
        sock.on("close", note(label, "close"))

    rows = {
        "nobody": "nobody.sock",
        "missing folder": "nowhere/s.sock",
        "a file": "plain",
        "a folder": "folder",
        "below a file": "plain/s.sock",
        "NUL inside": "a\0b",
        "too long": "x" * 109,
    }
    for label, path in rows.items():
        attempt(label, "call", lambda label=label, path=path: start(label, path))


run(main)
