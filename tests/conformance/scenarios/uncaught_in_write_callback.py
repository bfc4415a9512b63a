"""An exception in a write callback: uncaught, and the next callbacks run."""

import pynet
from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        def fail(err):
            raise RuntimeError("in a callback")

        record(c, "main/C", "error end finish close")
        record(s, "S", "data end close")
        c.resume()
        c.write("one ", fail)
        c.write("two", answer("main/C", "second callback"))
        pynet.set_immediate(lambda: c.end())

    pair({}, {}, connected)


run(main)
