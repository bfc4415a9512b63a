"""cork() holds writes back, which count; uncork() sends them at once, with the callbacks in order."""

from harness import answer, pair, record, run, settle, trace
from writing import queue, tick


def main():
    def connected(c, s, server):
        record(c, "C", "drain")
        record(s, "S", "data end")
        c.resume()
        c.cork()
        trace("C", "head", c.write("head ", answer("C", "head callback")))
        trace("C", "body", c.write("body ", answer("C", "body callback")))
        trace("C", "corked", queue(c), c.bytes_written)

        def settled():
            trace("C", "settled", queue(c), s.bytes_read)
            tick("C", 1)
            c.uncork()
            trace("C", "uncorked", queue(c))
            tick("C", 2)
            c.end("tail", answer("C", "tail callback"))

        settle(settled)

    pair({}, {}, connected)


run(main)
