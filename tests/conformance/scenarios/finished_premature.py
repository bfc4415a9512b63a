"""finished() of a socket that is destroyed before its ends: a premature close."""

import pynet
from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "end finish error")
        pynet.finished(c, answer("C", "finished"))
        record(c, "C", "close")
        s.resume()
        c.resume()
        c.write("only this")
        c.destroy()

    pair({}, {}, connected)


run(main)
