"""Addresses of which the first is an IPv6 one: IPv6 leads."""

from connecting import named, outgoing
from harness import nowhere, run


def main():
    def going(target):
        outgoing(named(target, "::ffff:127.0.0.1", "127.0.0.1", "127.0.0.2", "::ffff:127.0.0.2"))

    nowhere(going)


run(main)
