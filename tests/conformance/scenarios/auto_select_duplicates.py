"""An address that comes twice is told twice and tried once."""

from connecting import named, outgoing
from harness import nowhere, run


def main():
    addresses = "127.0.0.1", "127.0.0.2", "127.0.0.1", "::ffff:127.0.0.1", "::ffff:127.0.0.1"
    nowhere(lambda target: outgoing(named(target, *addresses)))


run(main)
