"""resetAndDestroy() while connecting, and the connection is refused."""

from connecting import outgoing
from harness import nowhere, run


def main():
    def going(target):
        client = outgoing(target)
        client.reset_and_destroy()

    nowhere(going)


run(main)
