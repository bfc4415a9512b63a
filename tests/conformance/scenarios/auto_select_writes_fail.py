"""What is written is answered when all addresses have failed."""

from connecting import named, outgoing
from harness import answer, nowhere, run


def main():
    def going(target):
        client = outgoing(named(target, "127.0.0.2", "127.0.0.1"))
        client.write("one ", answer("C", "one"))
        client.write("two", answer("C", "two"))

    nowhere(going)


run(main)
