"""A 'drain' listener that writes past the mark again gets another 'drain'."""

from harness import answer, pair, run, settle, trace
from writing import queue


def main():
    def connected(c, s, server):
        left = 3
        s.resume()
        c.resume()

        def batch():
            c.cork()
            trace("C", "batch", c.write("12345", answer("C", "batch callback")), queue(c))
            c.uncork()

        def drained():
            nonlocal left
            trace("C", "drain", queue(c))
            left -= 1
            if left > 0:
                batch()
            else:
                settle(lambda: c.end())

        c.on("drain", drained)
        batch()

    pair({}, {"high_water_mark": 4}, connected)


run(main)
