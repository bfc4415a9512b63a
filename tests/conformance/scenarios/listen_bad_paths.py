"""Paths where there can be no socket: errors, on the next tick, with the path and the port -1."""

import os

import pynet
from harness import attempt, note, run, trace


def main():
    os.mkdir("folder")
    with open("plain", "w") as file:
        file.write("x")
    rows = {
        "missing folder": "nowhere/s.sock",
        "a folder": "folder",
        "a file": "plain",
        "below a file": "plain/s.sock",
        "NUL inside": "a\0b",
        "109 bytes": "x" * 109,
    }

    def start(label, path):
        server = pynet.create_server()
        server.on("listening", note(label, "listening"))
        server.on("error", lambda err: trace(label, "error", err.code, err.syscall, err.address == path, err.port))
        attempt(label, "call", lambda: server.listen(path))
        trace(label, "listening", server.listening)

    for label, path in rows.items():
        start(label, path)


run(main)
