"""The same with a path, which is gone again."""

import os

import pynet
from harness import note, place, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen({"path": place("s.sock"), "signal": pynet.AbortSignal.abort()}, note("srv", "callback"))
    trace("srv", "returned", server.listening, os.path.exists("s.sock"))
    server.on("close", lambda: trace("srv", "closed", server.listening, os.path.exists("s.sock")))


run(main)
