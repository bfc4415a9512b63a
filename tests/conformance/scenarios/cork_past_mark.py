"""Corked writes count against the mark: write() turns False at it, 'drain' follows the uncork()."""

from harness import answer, pair, record, run, settle, trace
from writing import queue, tick


def main():
    def connected(c, s, server):
        record(c, "C", "drain")
        record(s, "S", "data end")
        c.resume()
        c.cork()
        trace("C", "seven", c.write("1234567", answer("C", "seven callback")), queue(c))
        trace("C", "eighth", c.write("8", answer("C", "eighth callback")), queue(c))
        trace("C", "empty", c.write("", answer("C", "empty callback")), queue(c))

        def settled():
            tick("C", 1)
            c.uncork()
            trace("C", "uncorked", queue(c))
            tick("C", 2)
            trace("C", "more", c.write("9", answer("C", "more callback")), queue(c))
            c.on("drain", drained)

        def drained():
            trace("C", "in drain", queue(c))
            c.end()

        settle(settled)

    pair({}, {"high_water_mark": 8}, connected)


run(main)
