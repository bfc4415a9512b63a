"""finished() of a socket that dies of an error: the callback gets it, and it counts as heard."""

import pynet
from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        pynet.finished(c, answer("C", "first"))
        pynet.finished(c, answer("C", "second"))
        record(c, "C", "close")
        s.resume()
        c.destroy(RuntimeError("enough"))

    pair({}, {}, connected)


run(main)
