"""A small mark on an idle connection: what the kernel takes at once does not count, what waits does."""

from harness import answer, pair, record, run, settle, trace
from writing import queue, waits


def main():
    def connected(c, s, server):
        total = 0
        record(c, "C", "drain finish")
        s.pause()
        c.resume()
        trace("C", "taken", c.write("past the mark", answer("C", "taken callback")), queue(c))
        trace("C", "and again", c.write("past the mark", answer("C", "again callback")), queue(c))
        trace("C", "big", c.write(bytes(20000000), answer("C", "big callback")), waits(c))

        def data(chunk):
            nonlocal total
            total += len(chunk)

        def drained():
            trace("C", "in drain", c.write("12345", answer("C", "drain callback")), queue(c))
            c.end()

        s.on("data", data)
        s.on("end", lambda: trace("S", "end", total))
        c.on("drain", drained)
        settle(lambda: s.resume())

    pair({}, {"high_water_mark": 4}, connected)


run(main)
