"""Servers and sockets that were only made keep nothing alive."""

import pynet
from harness import run, trace


def main():
    pynet.create_server()
    pynet.Socket()
    pynet.Socket().pause()
    trace("main", "made")


run(main)
