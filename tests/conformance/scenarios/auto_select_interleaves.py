"""Addresses are tried in turns of family, led by the family of the first."""

from connecting import named, outgoing
from harness import nowhere, run


def main():
    def going(target):
        outgoing(named(target, "127.0.0.1", "127.0.0.2", "127.0.0.3", "::ffff:127.0.0.1", "::ffff:127.0.0.2"))

    nowhere(going)


run(main)
