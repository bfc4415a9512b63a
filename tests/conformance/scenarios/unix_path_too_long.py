"""A path longer than the system takes: an 'error' EINVAL on both sides, never cut short."""

import pynet
from harness import note, record, run, trace


def main():
    long = "x" * 150
    server = pynet.create_server()
    server.on("error", lambda err: trace("srv", "error", err.code, err.syscall))
    server.on("listening", note("srv", "listening"))
    server.listen(long)
    client = pynet.connect(long)
    client.on("error", lambda err: trace("C", "error", err.code, err.syscall))
    record(client, "C", "connect close")


run(main)
