"""An error from a lookup function counts more than an address beside it."""

import pynet
from connecting import outgoing
from harness import run


def main():
    def odd(hostname, options, callback):
        pynet.set_immediate(callback, Exception("odd"), "127.0.0.1", 4)

    outgoing({"port": 80, "host": "some.name", "lookup": odd, "auto_select_family": False})


run(main)
