"""All addresses fail in different ways: the code is that of the first."""

from connecting import named, outgoing
from harness import nowhere, run


def main():
    def going(target):
        outgoing(named(target, "255.255.255.255", "127.0.0.1"), "C1")
        outgoing(named(target, "127.0.0.1", "255.255.255.255"), "C2")

    nowhere(going)


run(main)
