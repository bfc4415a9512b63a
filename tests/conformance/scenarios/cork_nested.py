"""cork() counts: the last uncork() sends; one too many does nothing."""

from harness import answer, pair, record, run, settle, trace
from writing import queue


def main():
    def connected(c, s, server):
        record(s, "S", "data end")
        c.resume()
        trace("C", "returns", c.cork(), c.cork())
        c.write("outer ", answer("C", "outer callback"))
        trace("C", "twice", queue(c))
        trace("C", "first uncork", c.uncork(), queue(c))
        c.write("inner ", answer("C", "inner callback"))

        def held():
            trace("C", "settled", queue(c), s.bytes_read)
            c.uncork()
            trace("C", "second uncork", queue(c))
            c.uncork()
            trace("C", "one too many", queue(c))
            c.write("open", answer("C", "open callback"))
            settle(sent)

        def sent():
            trace("S", "settled", s.bytes_read)
            c.end()

        settle(held)

    pair({}, {}, connected)


run(main)
