"""A descriptor comes before a port or a path."""

import os

import pynet
from descriptors import make
from harness import place, run, trace


def main():
    fd = make("tcp bound")

    def listening():
        trace("srv", "address", server.address(), os.path.exists("other.sock"))
        server.close()

    server = pynet.create_server()
    server.listen({"fd": fd, "path": place("other.sock")}, listening)


run(main)
