"""Addresses of one family are tried in the order given."""

from connecting import named, outgoing
from harness import nowhere, run


def main():
    nowhere(lambda target: outgoing(named(target, "127.0.0.3", "127.0.0.1", "127.0.0.2")))


run(main)
