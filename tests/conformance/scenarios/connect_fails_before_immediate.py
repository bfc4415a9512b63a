"""connect() to a path where there is no server: the error comes before an immediate that was set with it."""

import pynet
from harness import nowhere, record, run, trace


def main():
    def going(empty):
        def immediate():
            pynet.set_immediate(lambda: trace("C", "immediate"))
            record(pynet.connect(empty), "C", "connect error close")

        pynet.set_immediate(immediate)

    nowhere(going)


run(main)
