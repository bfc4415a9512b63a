"""A socket file that nobody serves: connect() is refused, listen() finds it in use."""

import os

import pynet
from harness import record, run


def main():
    first = pynet.create_server()

    def closed(err):
        client = pynet.connect("stale.sock")
        record(client, "C", "connect error close")
        second = pynet.create_server()
        record(second, "second", "listening error close")
        second.listen("stale.sock")

    def listening():
        os.rename("s.sock", "stale.sock")
        first.close(closed)

    first.listen("s.sock", listening)


run(main)
