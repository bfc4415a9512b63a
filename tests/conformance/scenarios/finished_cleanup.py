"""What finished() returns takes its listeners off: the callback is never called, an error is nobody's again."""

import pynet
from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        cleanup = pynet.finished(c, answer("C", "finished"))
        trace("C", "cleanup", cleanup())
        trace("C", "again", cleanup())
        record(c, "C", "close")
        s.resume()
        c.destroy(RuntimeError("unheard"))

    pair({}, {}, connected)


run(main)
